// A segment that is over: each part is read by itself, and says what it said among the others.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeltaEncoder } from '../../../src/recorder/codec/encoder.ts';
import { type Entry, EntryReader, headerLine, readEntries } from '../../../src/recorder/codec/segment.ts';
import { type PartOf, partNamed } from '../../../src/recorder/codec/sorter.ts';
import { closeOthers } from '../../../src/recorder/files/housekeeping.ts';
import { type Piece, readParts, writeParts } from '../../../src/recorder/files/parts.ts';
import { segmentPieces, segmentsIn } from '../../../src/recorder/files/segment-files.ts';
import { scratchFolder } from '../recorded.ts';

const HEADER = headerLine({ tier: 'rounds', operator: '1.2.3', startedAtMs: 1 });

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function packed(text: string, size = 7): Promise<Buffer> {
  const written: Uint8Array[] = [];
  await writeParts(inPieces(text, size), async (bytes) => void written.push(bytes));
  return Buffer.concat(written);
}

/** Counts what is read of it. */
function counted(bytes: Uint8Array) {
  const seen = { bytes: 0 };
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    seen.bytes += length;
    return bytes.subarray(offset, offset + length);
  };
  return { seen, file: { bytes: bytes.length, read } };
}

async function entriesOf(pieces: AsyncIterable<Piece>): Promise<Entry[]> {
  const reader = new EntryReader();
  const lines = (await Array.fromAsync(pieces)).flatMap((piece) => piece.lines);
  expect(lines[0]).toBe(HEADER);
  return lines.slice(1).flatMap((line) => reader.take(line) ?? []);
}

const POOLS = ['default/a', 'default/b', 'pool:shared'];

function partOf(entry: Entry): PartOf {
  if (entry.kind === 'event') return { kind: 'events' };
  if (entry.kind === 'decision') return { kind: 'decisions', pool: entry.decision.pool };
  return { kind: 'pool', pool: entry.pool };
}

const DECISION = { from: 1, to: 2, wanted: 2, granted: 2, summary: '2: "pool":"x"' };
const EVENT = { e: { atMs: 5, type: 'Normal', reason: 'Scaled', object: 'app /a', message: 'from 1 to 2' } };

it('says of each pool by itself what the whole segment says of it', async () => {
  const pool = fc.constantFrom(...POOLS);
  const picture = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(fc.integer(), fc.string()), {
    noNullPrototype: true,
  });
  const line = fc.oneof(
    fc.record({ kind: fc.constant('frame' as const), pool, picture }),
    fc.record({
      kind: fc.constantFrom('memory', 'writes', 'gone', 'event', 'decision', 'odd decision'),
      pool,
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 30 }),
      fc.integer({ min: 1, max: 200 }),
      async (all, size) => {
        const encoder = new DeltaEncoder();
        const lines = all.map((each) => {
          if ('picture' in each) return encoder.frame(each.pool, each.picture);
          if (each.kind === 'gone') return encoder.forget(each.pool, 7);
          if (each.kind === 'event') return JSON.stringify(EVENT);
          const about = { pool: each.pool, app: '/a' };
          if (each.kind === 'decision') return JSON.stringify({ d: { atMs: 5, ...about, ...DECISION } });
          if (each.kind === 'odd decision') return JSON.stringify({ d: { ...about, ...DECISION, atMs: 5 } });
          return JSON.stringify(
            each.kind === 'memory' ? { m: [each.pool, '', null] } : { w: [each.pool, []] },
          );
        });
        const text = `${[HEADER, ...lines].join('\n')}\n`;
        const file = await packed(text, size);
        const whole = [...readEntries(text)];
        const parts = ['events', ...POOLS, ...POOLS.map((each) => `decisions ${each}`)];
        for (const part of parts) {
          const own = whole.filter((entry) => isDeepStrictEqual(partOf(entry), partNamed(part)));
          expect(await entriesOf(readParts(counted(file).file, (each) => each === part))).toEqual(own);
        }
      },
    ),
    { numRuns: 60 },
  );
});

function manyPools(count: number, noise = 1): string {
  const encoder = new DeltaEncoder();
  const lines = Array.from({ length: 40 * count }, (_, i) =>
    encoder.frame(`default/p-${i % count}`, { atMs: i, values: { [`v${i % 7}`]: noiseOf(i, noise) } }),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

function noiseOf(seed: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.sin(seed + i));
}

it('reads of a hundred pools the one that is asked for, and nothing of the others', async () => {
  const whole = await packed(manyPools(100, 60), 65_536);
  const { file, seen } = counted(whole);
  const entries = await entriesOf(readParts(file, (part) => part === 'default/p-42'));
  expect(entries).toHaveLength(40);
  expect(seen.bytes).toBeLessThan(whole.length / 3);
});

it('goes on with the next part where no more of one is wanted', async () => {
  const { file } = counted(await packed(manyPools(3), 65_536));
  const over = new Set<string>();
  const seen: string[] = [];
  for await (const { part } of readParts(file, (each) => !over.has(each))) {
    if (part === undefined) continue;
    seen.push(part);
    over.add(part);
  }
  expect(seen).toEqual(['default/p-0', 'default/p-1', 'default/p-2']);
});

it('cuts a part that is larger than a block, and reads it as one', async () => {
  const encoder = new DeltaEncoder();
  const lines = Array.from({ length: 40 }, (_, i) =>
    encoder.frame('default/a', { text: `${i}`.repeat(60_000) }),
  );
  const { file } = counted(await packed(`${[HEADER, ...lines].join('\n')}\n`, 65_536));
  const pieces = await Array.fromAsync(readParts(file, () => true));
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.flatMap((piece) => piece.lines).filter((line) => line.startsWith('['))).toHaveLength(40);
});

it('writes before the text is over where all parts together are large, however small each is', async () => {
  const encoder = new DeltaEncoder();
  let isOver = false;
  async function* text(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${HEADER}\n`);
    for (let i = 0; i < 40; i++)
      yield Buffer.from(`${encoder.frame(`default/${i}`, { text: 'x'.repeat(500_000) })}\n`);
    isOver = true;
  }
  let early = 0;
  await writeParts(text(), async (bytes) => {
    if (!isOver) early += bytes.length;
  });
  expect(early).toBeGreaterThan(0);
});

it.each([
  { damage: 'its end missing', cut: (bytes: Buffer) => bytes.subarray(0, -3), says: /no index at its end/ },
  { damage: 'nothing in it', cut: () => Buffer.alloc(0), says: /no index at its end/ },
])('says of a file with $damage what is wrong with it', async ({ cut, says }) => {
  const { file } = counted(cut(await packed(manyPools(2))));
  await expect(Array.fromAsync(readParts(file, () => true))).rejects.toThrow(says);
});

it('reads segments that earlier versions compressed as a whole, and only what is wanted of them', async () => {
  const folder = scratchFolder();
  const text = manyPools(5);
  writeFileSync(join(folder, 'rounds-1.jsonl.br'), brotliCompressSync(text));
  writeFileSync(join(folder, 'rounds-2.jsonl'), text);
  await closeOthers(folder, new Set());
  expect(readdirSync(folder).sort()).toEqual(['rounds-1.jsonl.br', 'rounds-2.jsonl.parts']);
  expect(brotliDecompressSync(readFileSync(join(folder, 'rounds-1.jsonl.br'))).toString()).toBe(text);
  const wants = (part: string): boolean => part === 'default/p-3';
  const own = [...readEntries(text)].filter((entry) => 'pool' in entry && entry.pool === 'default/p-3');
  for (const file of segmentsIn(folder)) expect(await entriesOf(segmentPieces(file, wants))).toEqual(own);
});

it('reads on where a segment is closed between the listing and the reading', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'rounds-2.jsonl');
  writeFileSync(path, manyPools(2));
  const [listed] = segmentsIn(folder);
  await closeOthers(folder, new Set());
  rmSync(path, { force: true });
  if (listed === undefined) throw new Error('no segment');
  expect(await entriesOf(segmentPieces(listed, () => true))).toHaveLength(80);
});
