// emulator: a deadline by the clock that everything here goes by.

import type { Clock } from '../../runtime/clock.ts';

/** Rejects when `work` takes longer, or with `signal.reason` when aborted; `work` is told to stop in both cases. */
export async function within<T>(
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const expired = clock.sleep(ms, done.signal).then(() => {
    const reason = new Error(`no answer within ${ms / 1000} s`);
    late.abort(reason);
    throw reason;
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), expired]);
  } finally {
    expired.catch(() => undefined);
    done.abort();
  }
}
