// policy-sources/directory: when to look again. A file event is a wake-up, never a fact; a timer wakes as well.

import { watch } from 'chokidar';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';

const RELIST_MS = 10_000;

/** One save is several events; ten files copied together are one look. */
const DEBOUNCE_MS = 50;

export interface WatchOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly relistMs?: number;
}

/** Calls `onChange` after file events and at least every `relistMs`; resolves when aborted. */
export async function watchDirectory(
  { path, clock, log, relistMs = RELIST_MS }: WatchOptions,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  // Hidden names are watched as well: a ConfigMap mount changes by swapping the link `..data`.
  const watcher = watch(path, { ignoreInitial: true, ignored: /[/\\]\.git([/\\]|$)/ });
  let event = new AbortController();
  const wake = (): void => event.abort();
  watcher.on('all', wake);
  // What changed between the first list and now was not seen by anybody.
  watcher.on('ready', wake);
  watcher.on('error', (error) => {
    log.warn('watching files failed; edits are seen at the next periodic look', {
      path,
      relistMs,
      error: messageOf(error),
    });
  });
  try {
    while (!signal.aborted) {
      await sleepUntil(relistMs, clock, AbortSignal.any([signal, event.signal]));
      await sleepUntil(DEBOUNCE_MS, clock, signal);
      if (signal.aborted) break;
      event = new AbortController();
      onChange();
    }
  } finally {
    await watcher.close();
  }
}

/** Returns after `ms` or as soon as `signal` is aborted. */
async function sleepUntil(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
