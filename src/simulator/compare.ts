// simulator: several laws on one policy and one load: figures for every seed, and the course of the first one.

import { setImmediate } from 'node:timers/promises';
import { defined } from '../lang/defined.ts';
import { figuresOf } from './figures.ts';
import { type Law, spareNotes } from './law/law.ts';
import { STEP_MS } from './load/curve.ts';
import { type FlatFigures, flat } from './pooled.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';
import { targetMessages } from './target.ts';
import type { Member, World, WorldOptions } from './world/world.ts';

export interface ComparisonRow extends FlatFigures {
  readonly law: string;
  readonly load: string;
  readonly seed: number;
}

/** What one law did, for charts: one value a second. */
export interface Course {
  readonly law: string;
  readonly about: string;
  readonly atS: readonly number[];
  readonly apps: readonly AppCourse[];
}

export interface AppCourse {
  readonly name: string;
  readonly role: 'scaled' | 'remainder' | 'fixed';
  readonly priority: number;
  readonly running: readonly number[];
  readonly requested: readonly number[];
  /** Of a scaled app. */
  readonly waiting?: readonly number[];
  /** Messages; absent when the target grows with the instances. */
  readonly target?: number;
  /** λ, messages/s. */
  readonly arrivals?: readonly number[];
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

/** More points than this no chart can show. */
const MOST_POINTS = 2_400;

function courseOf(world: World, { id, about }: { readonly id: string; readonly about: string }): Course {
  const { steps } = world.options;
  const every = Math.max(1000 / STEP_MS, Math.ceil(steps / MOST_POINTS));
  const at = Array.from({ length: Math.ceil(steps / every) }, (_, i) => i * every);
  return {
    law: id,
    about,
    atS: at.map((k) => (k * STEP_MS) / 1000),
    apps: world.members.map((member) => appCourse(member, world, at)),
  };
}

function appCourse(member: Member, world: World, at: readonly number[]): AppCourse {
  const { terms, series, demand } = member;
  const pick = (of: ArrayLike<number>): number[] => at.map((k) => of[k] ?? 0);
  const target = terms.targets[0]?.queueLength === undefined ? undefined : targetMessages(member, world);
  return {
    name: terms.name,
    role: terms.role,
    priority: terms.priority,
    running: pick(series.running),
    requested: pick(series.requested),
    ...(demand !== undefined && {
      waiting: pick(series.waiting),
      arrivals: pick(demand.curve.rate).map((rate) => Math.round(rate * 100) / 100),
    }),
    ...defined({ target }),
  };
}
