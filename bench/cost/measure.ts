// bench: how long a piece of work takes. What it works on is made outside of the measured time.

import { performance } from 'node:perf_hooks';

export interface Work<T> {
  readonly name: string;
  /** Makes what the next run works on. */
  readonly prepare: () => T;
  readonly run: (input: T) => void;
}

export interface Timing {
  readonly name: string;
  readonly runs: number;
  readonly medianUs: number;
  readonly p95Us: number;
  /** Median divided by that of the first of its group: what holds from machine to machine. */
  readonly ratio: number;
}

/** One thing measured against a Marathon. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Most that it may be; absent: told for comparison. */
  readonly limit?: number;
  /** Why it says nothing about the limit: the work was not done. */
  readonly invalid?: string;
  readonly note: string;
}

const WARM_UP_MS = 300;
const MEASURE_MS = 1_500;

export function measureGroup(works: readonly Work<unknown>[]): readonly Timing[] {
  const timings = works.map((work) => ({ name: work.name, ...measure(work) }));
  const base = timings[0]?.medianUs ?? 1;
  return timings.map((timing) => ({ ...timing, ratio: timing.medianUs / base }));
}

function measure(work: Work<unknown>): Omit<Timing, 'name' | 'ratio'> {
  repeat(work, WARM_UP_MS);
  const samples = repeat(work, MEASURE_MS).sort((a, b) => a - b);
  const at = (share: number): number => (samples[Math.floor(samples.length * share)] ?? 0) * 1_000;
  return { runs: samples.length, medianUs: at(0.5), p95Us: at(0.95) };
}

/** ms of each run; at least one, then as many as begin within `forMs`. */
function repeat({ prepare, run }: Work<unknown>, forMs: number): number[] {
  const samples: number[] = [];
  const endMs = performance.now() + forMs;
  do {
    const input = prepare();
    const startMs = performance.now();
    run(input);
    samples.push(performance.now() - startMs);
  } while (performance.now() < endMs);
  return samples;
}

/** The value below which this share of the samples lies; Infinity without samples, for what was not seen was not reached. */
export function share(samples: readonly number[], of: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.POSITIVE_INFINITY;
}
