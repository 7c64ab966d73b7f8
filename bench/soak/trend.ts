// bench: whether a number grows, told by a robust slope: a few spikes, as a garbage collector makes them, do not move it.

export interface Point {
  readonly atS: number;
  readonly value: number;
}

/** The part of a run in which things may still grow: caches fill, code is compiled. */
const WARM_UP_SHARE = 0.1;
/** So many points say enough, and their pairs are looked at in a moment. */
const MOST_POINTS = 400;
const LEAST_POINTS = 8;

/** The median of the slopes of all pairs (Theil and Sen), per second; undefined for fewer than two points. */
export function slopePerS(points: readonly Point[]): number | undefined {
  const slopes: number[] = [];
  for (const [i, from] of points.entries())
    for (const to of points.slice(i + 1))
      if (to.atS > from.atS) slopes.push((to.value - from.value) / (to.atS - from.atS));
  return median(slopes);
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

export interface Tolerance {
  /** Of the median of the first judged tenth. */
  readonly share: number;
  /** In the number's own unit; the larger of the two holds. */
  readonly least: number;
}

export interface Trend {
  readonly first: number;
  readonly last: number;
  readonly most: number;
  /** By the slope, from the end of the first tenth to the end. */
  readonly growth: number;
  readonly mayGrow: number;
  /** Undefined: the run was too short to say. */
  readonly grows: boolean | undefined;
}

/** Of what came after the first tenth. */
export function trendOf(points: readonly Point[], { share, least }: Tolerance): Trend | undefined {
  const [begin, end] = [points[0], points.at(-1)];
  if (begin === undefined || end === undefined) return undefined;
  const fromS = begin.atS + WARM_UP_SHARE * (end.atS - begin.atS);
  const judged = points.filter(({ atS }) => atS >= fromS);
  const every = Math.ceil(judged.length / MOST_POINTS);
  const slope = slopePerS(judged.filter((_, i) => i % every === 0)) ?? 0;
  const tenth = Math.max(1, Math.round(judged.length / 10));
  const middle = (some: readonly Point[]): number => median(some.map(({ value }) => value)) ?? Number.NaN;
  const first = middle(judged.slice(0, tenth));
  const growth = slope * (end.atS - fromS);
  const mayGrow = Math.max(share * first, least);
  return {
    first,
    last: middle(judged.slice(-tenth)),
    most: Math.max(...judged.map(({ value }) => value)),
    growth,
    mayGrow,
    grows: judged.length < LEAST_POINTS ? undefined : growth > mayGrow,
  };
}
