// controller: what is shown of a pool is drawn when a round ends; that none ends has to be seen from outside.

import type { Clock } from '../../runtime/clock.ts';
import type { Status } from '../status/status.ts';

const LOOK_MS = 250;

/** Until aborted. */
export async function lookForOverdue(
  { clock, status }: { readonly clock: Clock; readonly status: Pick<Status, 'lookForOverdue'> },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    status.lookForOverdue();
    // An aborted pause ends the loop at its head.
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}
