// simulator: what a record tells of the work itself: when messages came, how fast one instance works, how long instances
// take to start and to stop. Pure.

import type { AppInput } from '../../core/decision.ts';
import { messagesOf } from '../../core/demand/messages.ts';
import type { LearnedService } from '../../core/learned.ts';
import type { MetricSample, TakenSince } from '../../core/observation.ts';

/** A queue and its instances at a moment, as far as they were seen. */
export interface QueueLook {
  readonly atMs: number;
  /** All messages, those in flight included. */
  readonly total: number;
  readonly waiting: number;
  readonly busy: number;
  readonly ready: number;
  readonly arrived?: number;
  readonly completed?: number;
  readonly taken?: TakenSince;
}

/** Undefined while it cannot be read. */
export function lookAt({ readings, observed }: AppInput): QueueLook | undefined {
  const [reading] = readings;
  if (reading?.state !== 'ok' || observed === undefined) return undefined;
  const { ready } = observed;
  const { waiting, inFlight, arrivedTotal: arrived, taken } = messagesOf(reading, ready);
  const busy = Math.min(ready, inFlight ?? (waiting > 0 ? ready : 0));
  const { asOfMs: atMs, completedTotal: completed } = reading;
  return {
    ...{ atMs, waiting, busy, ready },
    total: waiting + (inFlight ?? busy),
    ...(arrived !== undefined && { arrived }),
    ...(completed !== undefined && { completed }),
    ...(taken !== undefined && { taken }),
  };
}

export interface Service extends LearnedService {
  /**
   * `counted`: from the source's own counters, or from what it saw taken. `learned`: what the law had learned. `inferred`: what a
   * law that learns makes of the recorded readings. `said`: what people say.
   */
  readonly from: 'counted' | 'learned' | 'inferred' | 'said';
}

const BLOCKS = 8;
/** Hardly ever are so many times more taken than usually. */
const MUCH_MORE = 2;

/**
 * μ from counters where the source has them, or from what it saw taken: what was worked off, over the time in which instances
 * worked.
 *
 * @param known for sources without counters: by the law, else by one that learns
 */
export function serviceOf(
  looks: readonly QueueLook[],
  {
    learned,
    inferred,
  }: { readonly learned?: readonly LearnedService[]; readonly inferred?: readonly LearnedService[] },
): Service | undefined {
  const all = pairs(looks);
  const first = measured(all);
  // A source sees what is taken as long as not all that waited is: short queues would be told of only when little was done.
  const roomy = all.filter(([before, now]) => {
    const expected = ((first?.perS ?? 0) * (before.busy + now.busy) * (now.atMs - before.atMs)) / 2_000;
    return now.taken === undefined || before.total - before.busy > MUCH_MORE * expected;
  });
  const counted = measured(roomy) ?? first;
  if (counted !== undefined) return counted;
  const byLaw = typical(learned);
  if (byLaw !== undefined) return { ...byLaw, from: 'learned' };
  const byOther = typical(inferred);
  return byOther && { ...byOther, from: 'inferred' };
}

/**
 * The median of all of a span, by how sure each was: one that is told after a jump of arrivals may be far off. They are
 * of the same messages, so the typical one is no surer than each.
 */
function typical(all: readonly LearnedService[] = []): LearnedService | undefined {
  const byRate = all.toSorted((a, b) => a.perS - b.perS);
  const weights = byRate.map(({ perS, sd }) => Math.max(sd / perS, SUREST) ** -2);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let below = 0;
  return byRate.find((_, i) => {
    below += weights[i] ?? 0;
    return below >= half;
  });
}

/** Of the rate: nobody is surer than that. */
const SUREST = 0.01;

/**
 * Undefined where nothing was counted. Its deviation is what the parts of the time differ by, and no less than chance has among
 * so many messages (Poisson): of few parts, or one, the first alone would be sure of too much.
 */
function measured(looks: readonly (readonly [QueueLook, QueueLook])[]): Service | undefined {
  const blocks = Array.from({ length: BLOCKS }, () => ({ done: 0, busyS: 0 }));
  looks.forEach(([before, now], i) => {
    const done = doneBetween(before, now);
    const block = blocks[Math.min(BLOCKS - 1, Math.floor((i * BLOCKS) / looks.length))];
    if (done === undefined || block === undefined) return;
    block.done += done;
    block.busyS += (((before.busy + now.busy) / 2) * (now.atMs - before.atMs)) / 1000;
  });
  const done = blocks.reduce((sum, block) => sum + block.done, 0);
  const busyS = blocks.reduce((sum, block) => sum + block.busyS, 0);
  if (!(done > 0) || !(busyS > 0)) return undefined;
  const perS = done / busyS;
  const rates = blocks.flatMap((block) => (block.busyS > 0 ? [block.done / block.busyS] : []));
  const spread = rates.reduce((sum, rate) => sum + (rate - perS) ** 2, 0) / Math.max(1, rates.length - 1);
  const sd = Math.max(Math.sqrt(spread / rates.length), Math.sqrt(done) / busyS);
  return { perS, sd, from: 'counted' };
}

/** Undefined where the source does not count. */
function doneBetween(before: QueueLook, now: QueueLook): number | undefined {
  if (now.completed !== undefined && before.completed !== undefined)
    return now.completed < before.completed ? undefined : now.completed - before.completed;
  if (now.arrived === undefined || before.arrived === undefined || now.arrived < before.arrived)
    return takenBetween(before, now);
  return Math.max(0, now.arrived - before.arrived - (now.total - before.total));
}

/** What was taken, less what is still being worked on. */
function takenBetween(before: QueueLook, { taken, busy }: QueueLook): number | undefined {
  if (taken === undefined || taken.sinceMs !== before.atMs) return undefined;
  return Math.max(0, taken.count - (busy - before.busy));
}

export interface Arrivals {
  /** Messages in each step. */
  readonly perStep: Float64Array;
  /** λ, messages/s, smoothed. */
  readonly rate: Float64Array;
}

export interface Steps {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/**
 * What came between two looks: what there is more, and what was worked off meanwhile. A look that found fewer than can be
 * is made up for by those after it, so that no message is counted twice.
 */
export function arrivalsOf(
  looks: readonly QueueLook[],
  perS: number,
  { fromMs, stepMs, count }: Steps,
): Arrivals {
  const exact = new Float64Array(count);
  let owed = 0;
  for (const [before, now] of pairs(looks)) {
    const seconds = (now.atMs - before.atMs) / 1000;
    const done = doneBetween(before, now) ?? ((perS * (before.busy + now.busy)) / 2) * seconds;
    const counted = countedBetween(before, now);
    const came = counted ?? now.total - before.total + done - owed;
    owed = Math.max(0, -came);
    const first = (before.atMs - fromMs) / stepMs;
    const last = (now.atMs - fromMs) / stepMs;
    spread(exact, { amount: Math.max(0, came), first, last });
  }
  return { perStep: wholeOf(exact), rate: smoothed(exact, stepMs) };
}

function countedBetween(before: QueueLook, now: QueueLook): number | undefined {
  const isCounted =
    now.arrived !== undefined && before.arrived !== undefined && now.arrived >= before.arrived;
  return isCounted ? (now.arrived ?? 0) - (before.arrived ?? 0) : undefined;
}

/** Evenly over the time from `first` to `last`, in steps that need not be whole. */
function spread(
  into: Float64Array,
  { amount, first, last }: { readonly amount: number; readonly first: number; readonly last: number },
): void {
  if (!(last > first) || amount === 0) return;
  for (let k = Math.max(0, Math.floor(first)); k < Math.min(into.length, Math.ceil(last)); k++) {
    const share = Math.min(k + 1, last) - Math.max(k, first);
    if (share > 0) into[k] = (into[k] ?? 0) + (amount * share) / (last - first);
  }
}

/** Messages are whole; what is left over comes with the next. */
function wholeOf(exact: Float64Array): Float64Array {
  const whole = new Float64Array(exact.length);
  let sum = 0;
  let given = 0;
  exact.forEach((amount, k) => {
    sum += amount;
    const due = Math.floor(sum + 1e-9) - given;
    whole[k] = due;
    given += due;
  });
  return whole;
}

const SMOOTH_MS = 10_000;

function smoothed(exact: Float64Array, stepMs: number): Float64Array {
  const half = Math.max(1, Math.round(SMOOTH_MS / stepMs / 2));
  const rate = new Float64Array(exact.length);
  let sum = 0;
  let size = 0;
  for (let k = -half; k < exact.length; k++) {
    const enters = exact[k + half];
    const leaves = exact[k - half - 1];
    if (enters !== undefined) [sum, size] = [sum + enters, size + 1];
    if (leaves !== undefined) [sum, size] = [sum - leaves, size - 1];
    if (k >= 0) rate[k] = (Math.max(0, sum) / Math.max(1, size)) * (1000 / stepMs);
  }
  return rate;
}

/** How long an instance takes to be gone, ms, and of how many: by what is stopping, over what has stopped (Little). */
export function stopDelay(
  killing: readonly { readonly atMs: number; readonly count: number }[],
): { readonly ms: number; readonly seen: number } | undefined {
  let area = 0;
  let gone = 0;
  for (const [before, now] of pairs(killing)) {
    area += before.count * (now.atMs - before.atMs);
    gone += Math.max(0, before.count - now.count);
  }
  return gone === 0 ? undefined : { ms: area / gone, seen: gone };
}

/** How old counts are when they are read, ms. */
export function metricAgeMs(ages: readonly number[]): number {
  return ages.length === 0 ? 0 : Math.max(0, ages.reduce((sum, age) => sum + age, 0) / ages.length);
}

function pairs<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.slice(1).flatMap((now, i) => {
    const before = all[i];
    return before === undefined ? [] : [[before, now] as const];
  });
}

/** A reading like the recorded ones: it tells apart what they tell apart. @param recorded the one that tells most */
export function likeRecorded(
  recorded: MetricSample,
  queue: {
    readonly asOfMs: number;
    readonly total: number;
    readonly waiting: number;
    readonly arrived: number;
    readonly oldestAgeMs?: number;
    readonly arrivals?: readonly number[];
  },
  base: { readonly arrived: number; readonly completed: number },
): MetricSample {
  const { unsplit, heldPerInstance, mostInstances } = recorded;
  const { asOfMs, total, waiting, oldestAgeMs, arrivals } = queue;
  const arrived = base.arrived + queue.arrived;
  return {
    state: 'ok',
    asOfMs,
    waiting: unsplit === undefined ? waiting : total,
    ...(recorded.inFlight !== undefined && { inFlight: total - waiting }),
    ...(unsplit !== undefined && {
      unsplit: {
        ...unsplit,
        waitingAtLeast: recorded.arrivals === undefined ? 0 : Math.min(waiting, PEEKED),
      },
    }),
    ...(heldPerInstance !== undefined && { heldPerInstance }),
    ...(mostInstances !== undefined && { mostInstances }),
    ...(recorded.arrivedTotal !== undefined && { arrivedTotal: arrived }),
    ...(recorded.completedTotal !== undefined && { completedTotal: base.completed + queue.arrived - total }),
    ...(recorded.oldestAgeMs !== undefined && oldestAgeMs !== undefined && { oldestAgeMs }),
    ...(recorded.arrivals !== undefined && arrivals !== undefined && { arrivals }),
  };
}

/** Of so many messages sources look at the front. */
const PEEKED = 32;
