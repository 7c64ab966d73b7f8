// app: the memory of threads beside the rounds.

import { totalmem } from 'node:os';
import { messageOf } from '../../../runtime/errors.ts';

export const MB = 2 ** 20;
/** What is loaded, and little more. */
const LEAST_HEAP_MB = 64;
const MOST_MB = 512;

/** Half of what the process may still have, MB: a thread shares its memory, and whoever goes over it is killed as a whole. */
export function roomMb(): number {
  const limit = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
  return Math.min(MOST_MB, (limit - process.memoryUsage.rss()) / 2 / MB);
}

/** Of so much room: the rest is for what no heap holds. */
export function heapMb(mostMb: number): number {
  return Math.max(LEAST_HEAP_MB, mostMb / 2);
}

/** Whether a thread ended since it needed more than it was given. */
export function isTooLarge(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') ||
      messageOf(error).includes('out of memory'))
  );
}
