// simulator: several laws on one policy and one load: figures for every seed, and the course of the first one.

import { setImmediate } from 'node:timers/promises';
import { type Course, courseOf } from './course.ts';
import { figuresOf } from './figures.ts';
import { type Law, spareNotes } from './law/law.ts';
import { type FlatFigures, flat } from './pooled.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';
import type { WorldOptions } from './world/world.ts';

export interface ComparisonRow extends FlatFigures {
  readonly law: string;
  readonly load: string;
  readonly seed: number;
}

export interface Comparison {
  readonly policy: string;
  readonly load: string;
  readonly rows: readonly ComparisonRow[];
  readonly notes: readonly string[];
  /** Of the first seed. */
  readonly courses: readonly Course[];
}

export interface Question {
  readonly policy: string;
  readonly load: string;
  readonly laws: readonly Law[];
  readonly seeds: readonly number[];
  readonly worldOf: (seed: number) => Omit<WorldOptions, 'spare'>;
}

/** @param onProgress how many runs are done, of how many; between two runs others have their turn */
export async function compare(
  { policy, load, laws, seeds, worldOf }: Question,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Comparison> {
  const rows: ComparisonRow[] = [];
  const courses: Course[] = [];
  const of = seeds.length * laws.length;
  for (const seed of seeds) {
    const options = worldOf(seed);
    for (const law of laws) {
      await setImmediate();
      signal.throwIfAborted();
      const world = run(law, options);
      rows.push({ law: law.id, load, seed, ...flat(figuresOf(world)) });
      if (courses.length < laws.length) courses.push(courseOf(world, law));
      onProgress({ done: rows.length, of });
    }
  }
  return { policy, load, rows, notes: spareNotes(laws), courses };
}
