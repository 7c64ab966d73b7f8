// Which part of a record a history is made of: every round where that can be seen, minutes where it cannot.

import { expect, it } from 'vitest';
import { headerLine, type Tier } from '../../src/recorder/codec/segment.ts';
import type { Piece } from '../../src/recorder/files/parts.ts';
import type { SegmentFile } from '../../src/recorder/files/segment-files.ts';
import { historyOf } from '../../src/recorder/read/history.ts';
import { RecordReader, type SegmentStore } from '../../src/recorder/read/record-reader.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BEGAN_MS = Date.UTC(2026, 10, 30);
const RECORDED_MS = 24 * HOUR_MS;
const ENDS_MS = BEGAN_MS + RECORDED_MS;

/** A day of segments that hold nothing but their headers, and which of them were read. */
class Segments implements SegmentStore {
  readonly read = new Set<string>();

  async list(): Promise<readonly SegmentFile[]> {
    return [...segments('minutes', 6 * HOUR_MS), ...segments('rounds', 10 * MINUTE_MS)];
  }

  async *pieces({ path, tier, startMs }: SegmentFile): AsyncGenerator<Piece> {
    this.read.add(path);
    yield { lines: [headerLine({ tier, operator: '1.2.3', startedAtMs: startMs })] };
  }
}

function segments(tier: Tier, lastsMs: number): readonly SegmentFile[] {
  return Array.from({ length: RECORDED_MS / lastsMs }, (_, n) => {
    const startMs = BEGAN_MS + n * lastsMs;
    return { path: `${tier}-${startMs}`, tier, startMs, isClosed: true };
  });
}

it.each([
  ['a quarter of an hour', { spanMs: 15 * MINUTE_MS }, 'rounds'],
  ['… in coarse steps', { spanMs: 15 * MINUTE_MS, stepMs: 30_000 }, 'rounds'],
  ['an hour', { spanMs: HOUR_MS }, 'rounds'],
  ['four hours as a chart asks for them', { spanMs: 4 * HOUR_MS, stepMs: 24_000 }, 'minutes'],
  ['four hours in fine steps', { spanMs: 4 * HOUR_MS, stepMs: 10_000 }, 'rounds'],
  ['a day in fine steps', { spanMs: 24 * HOUR_MS, stepMs: 10_000 }, 'minutes'],
] as const)('%s is made of what can be seen of it', async (_, { spanMs, ...wish }, detail) => {
  const store = new Segments();
  const span = { fromMs: ENDS_MS - spanMs, toMs: ENDS_MS };
  const question = { policy: 'default/orders', ...span, ...wish };
  const history = await historyOf(new RecordReader(store), question, new AbortController().signal);
  expect(history.detail).toBe(detail);
  const rounds = [...store.read].filter((path) => path.startsWith('rounds-'));
  // Of minutes the newest is not there yet: a segment or two of rounds have it.
  if (detail === 'minutes') expect(rounds.length).toBeLessThan(3);
  else expect(rounds.length).toBeGreaterThanOrEqual(spanMs / (10 * MINUTE_MS));
});
