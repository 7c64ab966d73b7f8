// simulator: what a law is here: it looks at the world in every step and may ask for other counts.

import type { World } from '../world/world.ts';

export interface Driver {
  /** After each step of the world. */
  step(world: World): void;
}

export interface Law {
  readonly id: string;
  /** One line for people. */
  readonly about: string;
  /** Places beyond the budget that this law is given, as a share of it. */
  readonly spare: number;
  /** Why it is given them. */
  readonly spareBecause?: string;
  start(): Driver;
}

/** What is to be said beside figures of laws that were given more than others. */
export function spareNotes(laws: readonly Law[]): readonly string[] {
  const favoured = laws.filter(({ spare }) => spare > 0);
  const groups = Map.groupBy(favoured, ({ spare, spareBecause = '' }) => `${spare} ${spareBecause}`);
  return [...groups.values()].map((group) => {
    const [first] = group;
    const because = first?.spareBecause === undefined ? '' : `, because ${first.spareBecause}`;
    return `${group.map(({ id }) => id).join(', ')}: with ${(first?.spare ?? 0) * 100} % spare slots${because}`;
  });
}
