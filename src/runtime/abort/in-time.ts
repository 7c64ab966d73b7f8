// runtime/abort: a deadline for one call.

import type { Clock } from '../clock.ts';
import { TransientError } from '../errors.ts';
import { abortable } from './abortable.ts';

/**
 * The result of `work`, whose signal aborts when `signal` does, or `limitMs` after the call.
 *
 * @throws TransientError when there is no result by then, whether `work` heeds its signal or not
 */
export async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { clock, limitMs, signal }: InTimeOptions,
): Promise<T> {
  const late = new AbortController();
  const callOff = clock.after(limitMs, () => late.abort(new TransientError('no answer in time')));
  const within = AbortSignal.any([signal, late.signal]);
  try {
    return await abortable(work(within), within);
  } finally {
    callOff();
  }
}

export interface InTimeOptions {
  readonly clock: Pick<Clock, 'after'>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}
