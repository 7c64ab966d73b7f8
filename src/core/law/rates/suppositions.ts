// core: the suppositions of μ, how they are kept, and which of them there are (docs/design/law.md#behind-an-empty-queue).

import { LEAST_SERVICE, MOST, type Unseen } from './estimate.ts';

/** One supposition: how much it is believed, N and λ with their covariance, and the CUSUM of its surprises. */
export interface Supposition {
  readonly service: number;
  share: number;
  there: number;
  arrivals: number;
  varThere: number;
  covariance: number;
  varArrivals: number;
  above: number;
  below: number;
}

export const SUPPOSITIONS = 5;
const NUMBERS = 8;
export const RATIO = 2;
/** None is ever believed less; and where the first or the last is believed so much, what lies beyond it is supposed, too. */
export const LEAST_SHARE = 1e-3;
const AT_THE_EDGE = 0.25;

export function isSuppositions(raw: unknown): raw is Unseen {
  return (
    Array.isArray(raw) &&
    raw.length === 1 + SUPPOSITIONS * NUMBERS &&
    raw.every((each) => typeof each === 'number') &&
    Number(raw[0]) > 0
  );
}

export function normalise(all: readonly Supposition[]): void {
  let sum = 0;
  for (const { share } of all) sum += share;
  for (const each of all) each.share /= sum;
}

/** Where the first or the last is believed, what lies beyond it is supposed in place of the furthest. */
export function withEdges(all: readonly Supposition[]): readonly Supposition[] {
  const first = all[0];
  const last = all.at(-1);
  if (first === undefined || last === undefined) return all;
  if (first.share > AT_THE_EDGE && first.share > last.share && first.service > LEAST_SERVICE) {
    const beyond = scaled(first, 1 / RATIO);
    return [beyond, { ...first, share: first.share / 2 }, ...all.slice(1, -1)];
  }
  if (last.share > AT_THE_EDGE && last.service < MOST)
    return [...all.slice(1, -1), { ...last, share: last.share / 2 }, scaled(last, RATIO)];
  return all;
}

/** As many messages, and as many instances at work: all rates by so much more. */
function scaled(s: Supposition, by: number): Supposition {
  return {
    ...s,
    service: s.service * by,
    share: s.share / 2,
    arrivals: s.arrivals * by,
    covariance: s.covariance * by,
    varArrivals: s.varArrivals * by * by,
  };
}

export function suppositionsOf(unseen: Unseen): Supposition[] {
  const at = (i: number): number => unseen[i] ?? 0;
  return Array.from({ length: SUPPOSITIONS }, (_, i) => {
    const from = 1 + i * NUMBERS;
    return {
      service: at(0) * RATIO ** i,
      share: at(from),
      there: at(from + 1),
      arrivals: at(from + 2),
      varThere: at(from + 3),
      covariance: at(from + 4),
      varArrivals: at(from + 5),
      above: at(from + 6),
      below: at(from + 7),
    };
  });
}

export function listOf(all: readonly Supposition[]): Unseen {
  const list = [all[0]?.service ?? 1];
  for (const s of all) {
    const { share, there, arrivals, varThere, covariance, varArrivals, above: over, below } = s;
    for (const each of [share, there, arrivals, varThere, covariance, varArrivals, over, below])
      list.push(briefly(each));
  }
  return list;
}

/** Five digits: what is supposed need not be exact, and an app's memory is at most 4 KiB. */
function briefly(value: number): number {
  if (value === 0) return 0;
  const digits = 4 - Math.floor(Math.log10(Math.abs(value)));
  if (digits < 0) return Math.round(value);
  return digits > 12 ? 0 : Math.round(value * 10 ** digits) / 10 ** digits;
}
