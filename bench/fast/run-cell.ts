// bench: one cell of the fast suite: every law through all seven loads, with the same chance.

import { figuresOf } from '../../src/simulator/figures.ts';
import type { Law } from '../../src/simulator/law/law.ts';
import { run } from '../../src/simulator/run.ts';
import { benchLaws } from '../suite/laws.ts';
import type { Cell } from './cells.ts';
import { FAST_LOAD_NAMES } from './loads.ts';
import { fastWorld } from './world.ts';

export interface CellJob {
  /** Its place in the sample. */
  readonly index: number;
  readonly cell: Cell;
  readonly seed: number;
  readonly laws: readonly string[];
}

/** Means over the seven loads. */
export interface CellRow {
  readonly index: number;
  readonly cell: Cell;
  readonly law: string;
  readonly V: number;
  readonly R: number;
  readonly changesPerMin: number;
}

export function runCell({ index, cell, seed, laws }: CellJob): readonly CellRow[] {
  const worlds = FAST_LOAD_NAMES.map((load) => fastWorld(cell, load, seed));
  const rowOf = (law: Law): CellRow => {
    const sum = { V: 0, R: 0, changesPerMin: 0 };
    for (const { options, from } of worlds) {
      const figures = figuresOf(run(law, options), from);
      sum.V += figures.V;
      sum.R += figures.R;
      sum.changesPerMin += figures.changesPerMin;
    }
    const n = worlds.length;
    return { index, cell, law: law.id, V: sum.V / n, R: sum.R / n, changesPerMin: sum.changesPerMin / n };
  };
  return benchLaws(laws).map(rowOf);
}
