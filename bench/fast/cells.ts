// bench: the worlds of the fast suite: every mixture of size, speed, delay, time scale, start and poll.

import { seededAt } from '../../src/runtime/random.ts';

/** One world, but for its load. Times in s. */
export interface Cell {
  readonly slots: number;
  /** μ, messages/s per instance. */
  readonly serviceRate: number;
  readonly startS: number;
  /** In how much time the loads change. */
  readonly scaleS: number;
  /** Cold: one instance and nothing learned. Warm: as it is after a while under the same load. */
  readonly start: 'cold' | 'warm';
  readonly pollS: number;
}

const AXES = {
  slots: [5, 10, 40, 200],
  serviceRate: [0.1, 5, 50],
  startS: [0.5, 2, 10],
  scaleS: [12, 40, 120, 600],
  start: ['cold', 'warm'],
  pollS: [0.5, 2, 5],
} as const;

export const CELLS: readonly Cell[] = AXES.slots.flatMap((slots) =>
  AXES.serviceRate.flatMap((serviceRate) =>
    AXES.startS.flatMap((startS) =>
      AXES.scaleS.flatMap((scaleS) =>
        AXES.start.flatMap((start) =>
          AXES.pollS.map((pollS) => ({ slots, serviceRate, startS, scaleS, start, pollS })),
        ),
      ),
    ),
  ),
);

/** The same cells for the same seed, no cell twice: the first `n` of a shuffle (Fisher and Yates 1938). */
export function sampleCells(n: number, seed: number): readonly Cell[] {
  const cells = [...CELLS];
  for (let i = 0; i < Math.min(n, cells.length - 1); i++) {
    const j = i + Math.floor(seededAt(seed, i) * (cells.length - i));
    const [a, b] = [cells[i], cells[j]];
    if (a !== undefined && b !== undefined) [cells[i], cells[j]] = [b, a];
  }
  return cells.slice(0, n);
}

/** For people: `10 slots, 5/s, start 2 s, scale 12 s, cold, poll 0.5 s`. */
export function cellText({ slots, serviceRate, startS, scaleS, start, pollS }: Cell): string {
  return `${slots} slots, ${serviceRate}/s, start ${startS} s, scale ${scaleS} s, ${start}, poll ${pollS} s`;
}
