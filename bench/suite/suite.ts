// bench: the bench: every law through every load of every set, for every seed.

import { TerminalError } from '../../src/runtime/errors.ts';
import { figuresOf } from '../../src/simulator/figures.ts';
import { spareNotes } from '../../src/simulator/law/law.ts';
import { flat, pooled } from '../../src/simulator/pooled.ts';
import { run } from '../../src/simulator/run.ts';
import type { Suite } from '../../src/simulator/suite.ts';
import { runJobs } from './jobs.ts';
import { BENCH_LAWS, benchLaws } from './laws.ts';
import type { BenchRow, SuiteResult } from './result.ts';
import { benchWorld, isSet, loadsOf, SET_NAMES, type SetName } from './sets.ts';
import { benchText } from './text.ts';

/** One load of one set with one seed: all laws meet the same chance, so they are run together. */
export interface BenchJob {
  readonly set: SetName;
  readonly load: string;
  readonly seed: number;
  readonly laws: readonly string[];
}

/** Traces first: they take longest. */
export function benchJobs(
  sets: readonly SetName[],
  seeds: readonly number[],
  laws: readonly string[] = BENCH_LAWS.map(({ id }) => id),
): readonly BenchJob[] {
  const order = sets.toSorted((a, b) => Number(b === 'traces') - Number(a === 'traces'));
  return order.flatMap((set) =>
    seeds.flatMap((seed) => loadsOf(set).map((load) => ({ set, load, seed, laws }))),
  );
}

export function runJob({ set, load, seed, laws }: BenchJob): readonly BenchRow[] {
  const world = benchWorld(set, load, seed);
  return benchLaws(laws).map((law) => ({
    set,
    law: law.id,
    load,
    seed,
    ...flat(figuresOf(run(law, world))),
  }));
}

/** Rows in the order of sets, loads, seeds and laws, whatever order they were made in. */
export function benchResult(jobs: readonly BenchJob[], rows: readonly BenchRow[]): SuiteResult {
  const laws = jobs[0]?.laws ?? [];
  const place = (row: BenchRow): number =>
    (SET_NAMES.indexOf(row.set) * 100 + loadsOf(row.set).indexOf(row.load)) * 1e9 +
    row.seed * 100 +
    laws.indexOf(row.law);
  const ordered = rows.toSorted((a, b) => place(a) - place(b));
  const groups = Map.groupBy(ordered, ({ set, law }) => `${set} ${law}`);
  return {
    rows: ordered,
    summary: [...groups.values()].map((of) => ({
      set: of[0]?.set ?? '',
      law: of[0]?.law ?? '',
      ...pooled(of),
    })),
    notes: spareNotes(benchLaws(laws)),
  };
}

export const WORKER = new URL('./worker.ts', import.meta.url);

/** The sets of the bench, on two threads. */
export const benchSuite: Suite = {
  async run({ sets, laws, seeds }, onProgress, signal) {
    const chosen = (sets ?? SET_NAMES).map((name) => {
      if (isSet(name)) return name;
      throw new TerminalError(`no set is called '${name}'; there are ${SET_NAMES.join(', ')}`);
    });
    const ids = benchLaws(laws).map(({ id }) => id);
    const jobs = benchJobs([...new Set(chosen)], seeds, ids);
    const result = benchResult(jobs, await runJobs<BenchJob, BenchRow>(jobs, WORKER, onProgress, signal));
    return { json: result, text: (format) => benchText(result, format) };
  },
};
