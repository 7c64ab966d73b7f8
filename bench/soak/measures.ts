// bench: what a soak measures, and how much of it may grow.

import { type Cell, table } from '../../src/cli/output/table.ts';
import { type Point, type Tolerance, type Trend, trendOf } from './trend.ts';

export interface Sample {
  readonly atS: number;
  readonly heapMb: number;
  readonly rssMb: number;
  /** Open files and sockets. */
  readonly handles: number;
  /** Timers, sockets and requests of the event loop. */
  readonly resources: number;
  readonly storeMb: number;
  readonly recordMb: number;
}

interface Measure extends Tolerance {
  readonly key: Exclude<keyof Sample, 'atS'>;
  readonly name: string;
  /** It grows by design, up to a bound of its own: at most so much an hour. */
  readonly mayGrowAnHour?: number;
}

/**
 * Memory by a tenth, since V8 keeps what it has had, though garbage is collected every few seconds; handles by as many as an action has open. The store's write-ahead log
 * fills 4 MB before it is used again. The record keeps a day in full
 * detail: 100 MB a day are what it may take.
 */
export const MEASURES: readonly Measure[] = [
  { key: 'heapMb', name: 'heap, MB', share: 0.1, least: 5 },
  { key: 'rssMb', name: 'memory, MB', share: 0.1, least: 15 },
  { key: 'handles', name: 'open files', share: 0.05, least: 5 },
  { key: 'resources', name: 'handles of the event loop', share: 0.05, least: 10 },
  { key: 'storeMb', name: 'store, MB', share: 0.1, least: 4.5 },
  { key: 'recordMb', name: 'record, MB', share: 0, least: 0.05, mayGrowAnHour: 100 / 24 },
];

export interface Judged extends Trend {
  readonly name: string;
}

export function judge(samples: readonly Sample[]): readonly Judged[] {
  const [first, last] = [samples[0], samples.at(-1)];
  const hours = ((last?.atS ?? 0) - (first?.atS ?? 0)) / 3_600;
  return MEASURES.flatMap(({ key, name, share, least, mayGrowAnHour = 0 }) => {
    const points = samples.map((sample): Point => ({ atS: sample.atS, value: sample[key] }));
    const trend = trendOf(points, { share, least: Math.max(least, mayGrowAnHour * hours) });
    return trend === undefined ? [] : [{ name, ...trend }];
  });
}

export function judgedTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ name, first, last, most, growth, mayGrow, grows }): readonly Cell[] => [
    name,
    ...[first, last, most, growth, mayGrow].map((value) => value.toFixed(2)),
    grows === undefined ? 'too short to say' : grows ? 'GROWS' : 'steady',
  ]);
  return table(['', 'AFTER A TENTH', 'END', 'MOST', 'GROWTH', 'MAY GROW', ''], rows);
}
