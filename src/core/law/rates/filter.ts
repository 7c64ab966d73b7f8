// core: one observation taken into λ and μ: a Kalman correction that may be confined (docs/design/law.md#estimation).

import { clamp } from '../../numbers.ts';

const CUSUM_DRIFT = 0.5;
const CUSUM_LIMIT = 8;
/** σ_μ/μ above which μ may be what is wrong. */
const UNSURE = 0.3;
/** One count may halve or double the service rate, not more: the model is linear only nearby. */
const MOST_LEARNED = 2;
/** And of a surprise, in deviations, no more than this is put down to it: the rest is for the alarm to explain. */
const LEARNED_FROM = 3;

/**
 * So many deviations less than was to be done is a surprise, and μ is doubted by such a share of its square then. Measured with a
 * service rate that is halved, `simulate --suite bench` with counters: specs/decisions/deciding-fluid-law-wrong-scales.md.
 */
const SERVICE_ALARM = 3;
const SERVICE_DOUBT = 0.25;

/** The filter while it is being updated. */
export interface Filter {
  l: number;
  m: number;
  ll: number;
  mm: number;
  lm: number;
  above: number;
  below: number;
}

/** One observation y = hλ·λ + hμ·μ + noise of variance r. */
export interface Observation {
  readonly y: number;
  readonly hl: number;
  readonly hm: number;
  readonly r: number;
  /** Whether μ is learned from it, and whether an alarm that it raises may doubt μ. */
  readonly service: 'kept' | 'learned' | 'doubted';
  /** Whether it can raise an alarm; by default it can. */
  readonly alarms?: false;
}

/** How much of a surprise goes into λ and into μ. */
interface Gain {
  l: number;
  m: number;
}

/**
 * The Kalman update in Joseph's form, which stays right whatever the gains. That of μ is nothing where λ and μ
 * cannot be told apart (docs/design/law.md#estimation); and where the covariance has λ or μ go the wrong way with a longer queue,
 * it stays as it is.
 */
export function correct(f: Filter, o: Observation): void {
  const { y, hl, hm, r } = o;
  const innovation = y - (hl * f.l + hm * f.m);
  if (hl === 0) doubtService(f, o, innovation);
  const s = hl * hl * f.ll + 2 * hl * hm * f.lm + hm * hm * f.mm + r;
  const deviation = Math.sqrt(s);
  const gain: Gain = { l: hl * clamp((f.ll * hl + f.lm * hm) / s, 0, 1), m: 0 };
  const service = (f.lm * hl + f.mm * hm) / s;
  const learned = clamp(explained(f, o, innovation), -LEARNED_FROM * deviation, LEARNED_FROM * deviation);
  if (o.service !== 'kept' && service * hm > 0 && innovation !== 0) gain.m = (service * learned) / innovation;
  if (hl !== 0 && o.alarms !== false && isAlarm(f, innovation / deviation))
    doubt(f, gain, { o, innovation, s });
  f.l += gain.l * innovation;
  learnService(f, gain.m * innovation);
  settle(f, gain, o);
}

/**
 * What was done, as a counter tells it, says nothing of λ: where far less was done, μ has become less, as when a database became
 * slow. It belongs to the program that serves and hardly moves, so that what was learned of it would be forgotten within minutes
 * only. Far more done is not taken for a larger μ: who is wrong about that has too few instances for as long.
 */
function doubtService(f: Filter, { hm, r }: Observation, innovation: number): void {
  const usual = hm * hm * f.mm + r;
  if (hm > 0 && innovation < 0 && innovation * innovation > SERVICE_ALARM * SERVICE_ALARM * usual)
    f.mm += SERVICE_DOUBT * (innovation / hm) ** 2;
}

/** P' = (I − K·H)·P·(I − K·H)ᵀ + K·r·Kᵀ */
function settle(f: Filter, gain: Gain, { hl, hm, r }: Observation): void {
  const a = 1 - gain.l * hl;
  const b = -gain.l * hm;
  const c = -gain.m * hl;
  const d = 1 - gain.m * hm;
  const { ll, lm, mm } = f;
  f.ll = a * a * ll + 2 * a * b * lm + b * b * mm + gain.l * gain.l * r;
  f.lm = a * c * ll + (a * d + b * c) * lm + b * d * mm + gain.l * gain.m * r;
  f.mm = c * c * ll + 2 * c * d * lm + d * d * mm + gain.m * gain.m * r;
}

/** No service is negative: a queue that grows by more than comes, as far as is known, tells of λ. */
function explained(f: Filter, { hl, hm }: Observation, innovation: number): number {
  return hl > 0 && hm < 0 ? Math.min(innovation, -hm * f.m) : innovation;
}

function learnService(f: Filter, by: number): void {
  f.m = clamp(f.m + by, f.m / MOST_LEARNED, f.m * MOST_LEARNED);
}

/** What one observation says of μ alone. */
export interface ServiceNews {
  readonly o: Observation;
  readonly gain: number;
  readonly innovation: number;
}

/** That μ is smaller, taken from the filter as it is; undefined where the observation does not say so. */
export function slowerService(f: Filter, o: Observation): ServiceNews | undefined {
  const { y, hl, hm, r } = o;
  const innovation = y - (hl * f.l + hm * f.m);
  const s = hl * hl * f.ll + 2 * hl * hm * f.lm + hm * hm * f.mm + r;
  const gain = (f.lm * hl + f.mm * hm) / s;
  return gain * hm > 0 && gain * innovation < 0 ? { o, gain, innovation } : undefined;
}

export function correctService(f: Filter, { o, gain, innovation }: ServiceNews): void {
  learnService(f, gain * explained(f, o, innovation));
  settle(f, { l: 0, m: gain }, o);
}

/** CUSUM: innovations that lean one way, or a single large one, mean that the model is behind. */
function isAlarm(f: Filter, z: number): boolean {
  f.above = Math.max(0, f.above + z - CUSUM_DRIFT);
  f.below = Math.max(0, f.below - z - CUSUM_DRIFT);
  if (f.above <= CUSUM_LIMIT && f.below <= CUSUM_LIMIT) return false;
  f.above = 0;
  f.below = 0;
  return true;
}

interface Surprise {
  readonly o: Observation;
  readonly innovation: number;
  /** Its variance. */
  readonly s: number;
}

/**
 * A model that is behind is doubted by as much as it was wrong, so that this very observation sets it right: what
 * the gains leave unexplained goes into μ, or else into λ. Neither gain becomes smaller, so that a queue that is
 * just long enough for the alarm is not worth less than one that is just too short.
 */
function doubt(f: Filter, gain: Gain, { o, innovation, s }: Surprise): void {
  const { hl, hm } = o;
  const left = Math.max(0, 1 - gain.l * hl - gain.m * hm);
  if (o.service === 'doubted' && Math.sqrt(f.mm) > UNSURE * f.m) {
    const more = (0.5 * f.m) ** 2;
    f.mm += more;
    gain.m += (left * more * hm) / (s + hm * hm * more);
  } else {
    const more = innovation * innovation;
    f.ll += more;
    gain.l += (left * more * hl) / (s + hl * hl * more);
  }
}
