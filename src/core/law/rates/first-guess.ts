// core: λ and μ before anything was measured, and their scale once the queue has grown (docs/design/law.md#estimation).

import { clamp } from '../../numbers.ts';
import { type Estimate, type FirstCount, LEAST_SERVICE, type Measurement, MOST } from './estimate.ts';

/** σ_μ/μ of a rate that somebody gives. */
const UNSURE = 0.3;
/** A pool is sized for its load: of what may run, so much is reckoned with until something is measured. */
export const EXPECTED_SHARE = 0.25;
/** So many messages more than at first say how fast they come. */
const ENOUGH_GROWN = 5;

/**
 * Before anything was measured: μ as guessed, its deviation as large as itself when the guess is ours.
 *
 * @param doubt σ_μ/μ of a service rate that is given
 */
export function firstEstimate(
  m: Measurement,
  serviceRate: number | undefined,
  doubt: number = UNSURE,
): Estimate {
  const service = clamp(serviceRate ?? 1, LEAST_SERVICE, MOST);
  const busy = m.waiting > m.emptyBelow;
  return {
    arrivals: service * (busy ? m.served : (m.working ?? m.served)),
    service,
    varArrivals: (service * Math.max(1, m.served)) ** 2,
    varService: (serviceRate === undefined ? service : doubt * service) ** 2,
    covariance: 0,
    atMs: m.atMs,
    waiting: m.waiting,
    working: m.working,
    ready: m.ready,
    arrived: m.arrived,
    headMs: m.head?.insertedAtMs,
    busy,
    meanReady: m.served,
    proven: 0,
    above: 0,
    below: 0,
    ...(serviceRate === undefined && {
      first: { atMs: m.atMs, total: m.waiting + (m.working ?? 0), arrived: m.arrived },
    }),
  };
}

/**
 * With nothing measured and nothing given, a message might take a millisecond or an hour. What is known is how many
 * instances there may be, and that whoever wrote that down had the load in mind: as soon as the queue has grown by
 * enough to say how fast, μ is guessed so that a small share of them would do, with a deviation as large as itself.
 * A pool that has as many at work already was started by somebody who knew, or is small: it is measured as it is.
 */
export function scaled(known: Estimate, first: FirstCount, now: Measurement): Estimate {
  const expected = EXPECTED_SHARE * (now.most ?? 0);
  if (now.most === undefined || now.served >= expected) return settled(known);
  const total = now.waiting + (now.working ?? 0);
  const grown = total - first.total;
  // Time in which nothing came yet is no part of the time in which it comes.
  if (now.waiting <= now.emptyBelow && !known.busy)
    return { ...known, first: { atMs: now.atMs, total, arrived: now.arrived } };
  if (grown < ENOUGH_GROWN || now.waiting <= now.emptyBelow) return known;
  const overS = (now.atMs - first.atMs) / 1000;
  const arrived = arrivedSince(first.arrived, now);
  const flow = (arrived ?? grown) / overS;
  const missing = arrived === undefined ? expected - now.served : expected;
  const service = clamp(flow / Math.max(1, missing), LEAST_SERVICE, MOST);
  // Without a counter the messages that were worked off meanwhile are no better known than μ itself.
  const own = arrived === undefined ? service * now.served : 0;
  return {
    ...settled(known),
    arrivals: flow + own,
    varArrivals: Math.max(flow / overS, 0.1 * flow * flow) + own * own,
    service,
    varService: service * service,
    covariance: 0.9 * service * own,
  };
}

/** σ_μ/μ from which on hardly anything was learned of μ since it was guessed. */
const GUESSED = 0.5;

export function isGuessed({ service, varService }: Estimate): boolean {
  return varService >= (GUESSED * service) ** 2;
}

/** So many times more than all that may run could do, by a guess and its deviation, makes it a wrong one. */
const FAR_TOO_MANY = 2;

/**
 * The first scale may be wrong by a hundred times: where one instance did nearly all that came, a few messages that had to wait
 * said nothing of how many those were. Once far more come than all that may run could do by it, it is guessed anew, so that all of
 * them would do. By what was known before this count: with a longer queue it must not be another one.
 */
export function rescaled(known: Estimate, most: number | undefined): Estimate {
  const { arrivals: flow, ready, varArrivals } = known;
  const could = (known.service + Math.sqrt(known.varService)) * (most ?? Number.POSITIVE_INFINITY);
  if (most === undefined || most < 1 || flow <= FAR_TOO_MANY * could) return known;
  const service = clamp(flow / most, LEAST_SERVICE, MOST);
  const own = service * ready;
  // What was supposed goes by the same scale, and begins anew with it.
  const { unseen: _, behind: __, ...others } = known;
  return {
    ...others,
    arrivals: flow + own,
    varArrivals: varArrivals + own * own,
    service,
    varService: service * service,
    covariance: 0.9 * service * own,
  };
}

/** Whether the scale was guessed anew with this count, or is another one by what it has proven: else a count doubles μ at most. */
export function isRescaled(known: Estimate, next: Estimate, most: number | undefined): boolean {
  if (next === known || !isGuessed(known)) return false;
  return next.service > 2 * known.service || rescaled(known, most) !== known;
}

/** Without its first count. To leave a field out takes longer than all else here: only who needs it does. */
function settled({ first: _, ...known }: Estimate): Estimate {
  return known;
}

function arrivedSince(before: number | undefined, { arrived }: Measurement): number | undefined {
  if (before === undefined || arrived === undefined || arrived < before) return undefined;
  return arrived - before;
}
