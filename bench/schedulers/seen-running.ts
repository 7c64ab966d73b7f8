// bench: how soon what runs is counted as running, whatever the scheduler is.

import type { AppObservation } from '../../src/core/observation.ts';
import type { Scheduler } from '../../src/schedulers/scheduler.ts';
import { type Figure, share } from '../cost/measure.ts';

const FEW = 1;
const MANY = 5;
const MOST_MS = 1_000;
const never = new AbortController().signal;

export interface Watched {
  readonly scheduler: Scheduler;
  /** Runs with one instance. */
  readonly app: string;
  /** When the last instance was there that somebody else has seen, on `performance`'s clock. */
  lastReadyMs(): number;
  /** Its instances, for the figures: `pod`. */
  readonly instance: string;
  /** How each comes to be ready. */
  readonly how: string;
}

/** Scales from one to five and back, and times each rise: from the last instance being there to our count of what runs. */
export async function seenRunning(
  { scheduler, app, lastReadyMs, instance, how }: Watched,
  times: number,
): Promise<readonly Figure[]> {
  const over = new AbortController();
  let wake = Promise.withResolvers<void>();
  const woken = scheduler.watch(() => wake.resolve(), over.signal);
  const settled = async (count: number): Promise<void> => {
    for (;;) {
      wake = Promise.withResolvers();
      const seen = (await scheduler.observe([app], never)).apps.get(app);
      if (seen !== undefined && isSettled(seen, count)) return;
      await wake.promise;
    }
  };
  const behindMs: number[] = [];
  const tookMs: number[] = [];
  await settled(FEW);
  for (let i = 0; i < times; i++) {
    const startedMs = performance.now();
    await scheduler.apply({ kind: 'scale', app, from: FEW, to: MANY, reason: 'bench' }, never);
    await settled(MANY);
    const seenMs = performance.now();
    tookMs.push(seenMs - startedMs);
    behindMs.push(seenMs - lastReadyMs());
    await scheduler.apply({ kind: 'scale', app, from: MANY, to: FEW, reason: 'bench' }, never);
    await settled(FEW);
  }
  over.abort();
  await woken;
  const note = `${times} times from ${FEW} to ${MANY} ${instance}s, ${how}`;
  const ready = `${instance} ready to seen running`;
  return [
    { name: `${ready}, median`, value: share(behindMs, 0.5), unit: 'ms', limit: MOST_MS, note },
    { name: `${ready}, worst`, value: Math.max(...behindMs), unit: 'ms', limit: MOST_MS, note },
    {
      name: `write of the count to all ${instance}s seen running, median`,
      value: share(tookMs, 0.5),
      unit: 'ms',
      note,
    },
  ];
}

function isSettled({ running, tasks }: AppObservation, count: number): boolean {
  return running === count && tasks.length === count;
}
