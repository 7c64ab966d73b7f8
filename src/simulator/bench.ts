// simulator: the bench: every law through every load of every set, for every seed.

import { figuresOf } from './figures.ts';
import { BENCH_LAWS, requireLaw, spareNote } from './laws.ts';
import { type FlatFigures, flat, meanOf } from './pooled.ts';
import { run } from './run.ts';
import { benchWorld, SETS, type SetName } from './sets.ts';

/** One load of one set with one seed: all laws meet the same chance, so they are run together. */
export interface BenchJob {
  readonly set: SetName;
  readonly load: string;
  readonly seed: number;
  readonly laws: readonly string[];
}

export interface BenchRow extends FlatFigures {
  readonly set: string;
  readonly law: string;
  readonly load: string;
  readonly seed: number;
}

/** Means over all loads and seeds of a set. */
export interface BenchSummary extends FlatFigures {
  readonly set: string;
  readonly law: string;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  readonly summary: readonly BenchSummary[];
  /** What is to be known about the figures. */
  readonly notes: readonly string[];
}

/** Traces first: they take longest. */
export function benchJobs(
  sets: readonly SetName[],
  seeds: readonly number[],
  laws: readonly string[] = BENCH_LAWS,
): readonly BenchJob[] {
  const order = sets.toSorted((a, b) => Number(b === 'traces') - Number(a === 'traces'));
  return order.flatMap((set) =>
    seeds.flatMap((seed) => SETS[set].loads.map((load) => ({ set, load, seed, laws }))),
  );
}

export function runJob({ set, load, seed, laws }: BenchJob): readonly BenchRow[] {
  const world = benchWorld(set, load, seed);
  return laws.map((id) => ({ set, law: id, load, seed, ...flat(figuresOf(run(requireLaw(id), world))) }));
}

/** Rows in the order of sets, loads, seeds and laws, whatever order they were made in. */
export function benchResult(jobs: readonly BenchJob[], rows: readonly BenchRow[]): BenchResult {
  const laws = jobs[0]?.laws ?? [];
  const sets = Object.keys(SETS);
  const place = (row: BenchRow): number =>
    (sets.indexOf(row.set) * 100 + SETS[row.set as SetName].loads.indexOf(row.load as never)) * 1e9 +
    row.seed * 100 +
    laws.indexOf(row.law);
  const ordered = rows.toSorted((a, b) => place(a) - place(b));
  const groups = Map.groupBy(ordered, ({ set, law }) => `${set} ${law}`);
  const note = spareNote(laws);
  return {
    rows: ordered,
    summary: [...groups.values()].map((of) => ({
      set: of[0]?.set ?? '',
      law: of[0]?.law ?? '',
      ...meanOf(of),
    })),
    notes: note === undefined ? [] : [note],
  };
}
