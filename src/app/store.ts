// app: where the operator keeps what is to outlive it.

import type { DocumentStore } from '../runtime/document-store.ts';
import type { Logger } from '../runtime/log.ts';
import { openDocumentStore } from '../runtime/sqlite/documents.ts';

/**
 * The store in `dir`, held until it is closed; without one, undefined, and the log says what that means.
 *
 * @param api where this operator's API listens: how others find who holds the directory
 * @throws TerminalError when the directory cannot be used, or is in use
 */
export function openStore(
  dir: string | undefined,
  { log, api }: { readonly log: Logger; readonly api: string },
): DocumentStore | undefined {
  if (dir !== undefined) return openDocumentStore(dir, { holder: `the operator with its API at ${api}` });
  log.info(
    'no --data DIR: nothing outlives this process; after a restart events are gone, the laws learn anew, and holds, pauses and overrides by people are over',
  );
  return undefined;
}
