// What a reader asks of a segment in parts: no more of one than it has use for.

import { expect, it } from 'vitest';
import { DeltaEncoder } from '../../src/recorder/codec/encoder.ts';
import { headerLine } from '../../src/recorder/codec/segment.ts';
import { LineSorter } from '../../src/recorder/codec/sorter.ts';
import { RecordReader } from '../../src/recorder/read/record-reader.ts';

it('wants no more of a part once one of its pictures is of after the span', async () => {
  const encoder = new DeltaEncoder();
  const file = { path: 'rounds-1.jsonl.parts', tier: 'rounds', startMs: 1, isClosed: true } as const;
  const wanted: boolean[] = [];
  let sorted: (readonly [part: string, line: string])[] = [];
  const sorter = new LineSorter((part, line) => sorted.push([part, Buffer.from(line).toString()]));
  const reader = new RecordReader({
    list: async () => [file],
    async *pieces(_, wants) {
      yield { lines: [headerLine({ tier: 'rounds', operator: '1.2.3', startedAtMs: 1 })] };
      for (const atMs of [1_000, 2_000, 3_000]) {
        sorted = [];
        for (const line of encoder.frame('default/a', { atMs, wallAheadMs: 0 }).split('\n'))
          sorter.line(Buffer.from(line));
        const [part = ''] = sorted.at(-1) ?? [];
        wanted.push(wants(part));
        if (wants(part)) yield { part, lines: sorted.map(([, line]) => line) };
      }
    },
  });
  const how = { note: () => undefined, signal: new AbortController().signal };
  const entries = await Array.fromAsync(reader.entries('rounds', { fromMs: 1, toMs: 1_500 }, how));
  expect(entries.map(({ entry }) => entry.kind)).toEqual(['frame']);
  expect(wanted).toEqual([true, true, false]);
});
