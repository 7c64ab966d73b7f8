// simulator: what one run did, for charts.

import { defined } from '../lang/defined.ts';
import type { Ran } from './figures.ts';
import { STEP_MS } from './load/curve.ts';

/** What one law did, one value a second, or fewer where a run is so long that no chart could show them. */
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

/** More points than this no chart can show. */
const MOST_POINTS = 2_400;

export function courseOf(
  { members, options }: Ran,
  { id, about }: { readonly id: string; readonly about: string },
): Course {
  const every = Math.max(1, Math.round(1000 / STEP_MS), Math.ceil(options.steps / MOST_POINTS));
  const at = Array.from({ length: Math.ceil(options.steps / every) }, (_, i) => i * every);
  return {
    law: id,
    about,
    atS: at.map((k) => (k * STEP_MS) / 1000),
    apps: members.map((member) => appCourse(member, at)),
  };
}

function appCourse({ terms, series, demand }: Ran['members'][number], at: readonly number[]): AppCourse {
  const pick = (of: ArrayLike<number>): number[] => at.map((k) => of[k] ?? 0);
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
    ...defined({ target: terms.targets[0]?.queueLength }),
  };
}
