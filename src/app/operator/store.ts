// app: where the operator keeps what is to outlive it.

import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import { openWhatIsThere } from '../../runtime/sqlite/documents.ts';

/** The warning of an operator without a store. */
export const NOTHING_LASTS =
  'no --data DIR: nothing outlives this process; after a restart events are gone, the laws learn anew, and holds, ' +
  'pauses and overrides by people are over';

/**
 * The store in `dir`, held until it is closed; without one, undefined.
 *
 * @param api where this operator's API listens: how others find who holds the directory
 * One that cannot be written (a full disk) is read, and written once it can be.
 *
 * @throws TerminalError when the directory cannot be used, or is in use
 */
export function openStore(
  dir: string | undefined,
  { api, clock }: { readonly api: string; readonly clock: Clock },
): DocumentStore | undefined {
  return dir === undefined
    ? undefined
    : openWhatIsThere(dir, { holder: `the operator with its API at ${api}` }, clock);
}
