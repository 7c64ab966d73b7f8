// server: resource versions: one number for all kinds that only rises, over restarts too.

import type { DocumentStore } from '../../../runtime/document-store.ts';
import { TransientError } from '../../../runtime/errors.ts';

export interface Versions {
  /** The newest version given out. */
  readonly current: number;
  next(): number;
}

const COLLECTION = 'resource-version';
const KEY = 'reserved';
/** A restart skips what was left of a block; numbers are not scarce, synchronous writes are. */
const BLOCK = 10_000;
/** So many are given out until a store that could not be written is tried again. */
const RETRY = 100;

/**
 * Versions are reserved in the store block by block before they are given out, so none comes twice.
 *
 * While the store cannot be written they are given out all the same, since reading needs them too; should the process
 * end before it can be, the next one gives the same numbers, and its clients list anew.
 *
 * @param startAt at least this; a store that forgets needs something that rises by itself, such as the time in ms
 */
export function createVersions(documents: DocumentStore, startAt = 0): Versions {
  const stored = documents.get(COLLECTION, KEY);
  let current = Math.max(startAt, typeof stored === 'number' && Number.isSafeInteger(stored) ? stored : 0);
  let reserved = current;
  return {
    get current() {
      return current;
    },
    next() {
      if (current >= reserved) {
        reserved = current + (reserve(documents, current + BLOCK) ? BLOCK : RETRY);
      }
      current += 1;
      return current;
    },
  };
}

function reserve(documents: DocumentStore, upTo: number): boolean {
  try {
    documents.write([{ do: 'put', collection: COLLECTION, key: KEY, value: upTo }]);
    return true;
  } catch (error) {
    if (error instanceof TransientError) return false;
    throw error;
  }
}
