// core: what two counts of a queue tell people of λ and μ (docs/design/law.md#what-is-shown). Unlike what the law decides
// by, it may well tell of a larger μ when the queue is longer.

import { arrivedIn, type Estimate, type Head, type Measurement } from './estimate.ts';
import { correct, L, LL, M, MM, type Noise, type Supposed } from './supposed.ts';

/** What happened between two counts. */
export interface Between {
  readonly before: Estimate;
  readonly now: Measurement;
  /** Δ, s. */
  readonly dt: number;
  /** Messages that came, where that is counted or follows from what was taken. */
  readonly arrived: number | undefined;
  /** Change of those that wait or are worked on. */
  readonly grown: number;
  /** What the front of the queue tells of λ: messages/s over so many s. */
  readonly front: { readonly perS: number; readonly ageS: number } | undefined;
}

/** Coefficient of variation of the work on one message, squared. */
const WORK_VARIANCE = 0.5;
const COUNT_NOISE = 0.3;
const COUNT_NOISE_SHARE = 0.01;
/** No message waits where so many deviations of what comes between two counts still find an idle instance. */
const FREE = 2;
/** Times of messages are whole seconds mostly. */
const ROUNDING_S = 1;
const ROUNDING_NOISE_S = 0.4;
const LEAST_AGE_S = 1;
const PROOF_NOISE = 2;
const PROOF_DEVIATIONS = 3;

export function between(before: Estimate, now: Measurement): Between {
  const dt = (now.atMs - before.atMs) / 1000;
  const isCounted = now.working !== undefined && before.working !== undefined;
  const begun = isCounted ? now.working - before.working : now.ready - before.ready;
  return {
    before,
    now,
    dt,
    arrived: arrivedIn(before, now),
    grown: now.waiting - before.waiting + begun,
    front: frontOf(before, now.head, dt),
  };
}

/** A message that does not go although others are served says nothing of how they came. */
function frontOf({ headMs }: Estimate, head: Head | undefined, dt: number): Between['front'] {
  if (head === undefined || headMs === undefined || head.insertedAtMs <= headMs || head.behind < 2)
    return undefined;
  const ageS = head.ageS - ROUNDING_S / 2;
  if (!(ageS >= Math.max(dt, LEAST_AGE_S) && Number.isFinite(ageS))) return undefined;
  return { perS: head.behind / ageS, ageS };
}

export function observeFlows(f: Supposed, b: Between, noise: Noise): void {
  const { arrived } = b;
  if (arrived === undefined) observeBalance(f, b, noise);
  else observeCounted(f, b, { arrived, noise });
}

/** λ = ΔA/Δ, and μ from what has left: by all behind a queue that lasts, else by as many as are counted. */
function observeCounted(
  f: Supposed,
  b: Between,
  { arrived, noise }: { readonly arrived: number; readonly noise: Noise },
): void {
  const { before, now, dt, grown } = b;
  correct(f, noise, arrived / dt, 1, 0, Math.max(f[L], 1 / dt) / dt);
  const done = (arrived - grown) / dt;
  const counting = countNoise(b);
  if (lasts(f, b)) {
    const n = now.served;
    correct(f, noise, done, 0, n, (WORK_VARIANCE * f[M] * n) / dt + counting);
  } else if (now.working !== undefined && before.working !== undefined && now.served > 0) {
    const n = Math.min(now.served, f[L] / f[M]);
    const y = done + f[M] * (n - (now.working + before.working) / 2);
    correct(f, noise, y, 0, n, (WORK_VARIANCE * f[M] * n) / dt + f[M] * f[M] * n + counting);
  }
}

/** λ and μ from the balance of flows behind a queue that lasts, from a birth-death process while nothing waits. */
function observeBalance(f: Supposed, b: Between, noise: Noise): void {
  const { before, now, dt, grown, front } = b;
  proveLeast(f, b);
  if (front !== undefined) observeFront(f, { ...front, dt }, noise);
  const { served } = now;
  if (lasts(f, b)) {
    const r = (f[L] + WORK_VARIANCE * f[M] * served) / dt + countNoise(b);
    correct(f, noise, grown / dt, 1, -served, r);
    return;
  }
  if (now.working === undefined || before.working === undefined) return;
  const was = before.waiting + before.working;
  const rho = Math.min(served, f[L] / f[M]);
  if (before.waiting <= 0 && was + FREE * Math.sqrt(f[L] * dt) <= served) {
    const left = Math.exp(-f[M] * dt);
    const overS = -Math.expm1(-f[M] * dt) / f[M];
    const share = (dt * left) / overS;
    const n = share * was + (1 - share) * rho;
    const y = grown / overS + f[M] * (was - n);
    const r = (rho * (1 - left * left) + 2 * COUNT_NOISE * COUNT_NOISE) / (overS * overS);
    correct(f, noise, y, 1, -n, r);
    return;
  }
  const y = grown / dt + f[M] * ((now.working + before.working) / 2 - rho);
  const r = (f[L] + WORK_VARIANCE * f[M] * rho) / dt + f[M] * f[M] * rho + countNoise(b);
  correct(f, noise, y, 1, -rho, r);
}

/** What a queue grew by has come, what it fell by was served, whatever was thought of either: so unsure is it how much more. */
function proveLeast(f: Supposed, { now, dt, grown }: Between): void {
  const sure = (Math.abs(grown) - PROOF_NOISE - PROOF_DEVIATIONS * Math.sqrt(Math.abs(grown))) / dt;
  const most = Math.max(now.served, now.servedAtMost ?? 0);
  if (grown > 0 && sure > f[L]) {
    f[LL] += (sure - f[L]) ** 2;
    f[L] = sure;
  } else if (grown < 0 && most > 0 && sure > f[M] * most) {
    f[MM] += (sure / most - f[M]) ** 2;
    f[M] = sure / most;
  }
}

type Front = NonNullable<Between['front']> & Pick<Between, 'dt'>;

/** The next reading looks at mostly the same messages. */
function observeFront(f: Supposed, { perS, ageS, dt }: Front, noise: Noise): void {
  const l = Math.max(f[L], 1 / ageS);
  const rounding = (ROUNDING_NOISE_S * l) / ageS;
  correct(f, noise, perS, 1, 0, ((l / ageS + rounding * rounding) * ageS) / dt);
}

/** Behind a queue that is short against what comes and goes between two counts somebody may have been idle. */
export function lasts(f: Readonly<Supposed>, { before, now, dt }: Between): boolean {
  const least = Math.min(before.waiting, now.waiting);
  return least > 0 && least > Math.sqrt((f[L] + f[M] * now.served) * dt);
}

function countNoise({ before, dt }: Between): number {
  return (2 * (COUNT_NOISE + COUNT_NOISE_SHARE * before.waiting) ** 2) / (dt * dt);
}
