// A disk that is full, one that takes a part of what it is given, and a wall clock that jumps: what is recorded already stays, and
// nothing piles up.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { closeOthers } from '../../src/recorder/files/housekeeping.ts';
import { segmentNamed, segmentPieces } from '../../src/recorder/files/segment-files.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { T0 } from '../support/builders.ts';
import { QueueDemo } from '../support/queue-demo.ts';
import { recordedOn, scratchFolder } from './recorded.ts';

const HOUR_MS = 3_600_000;
const disk = vi.hoisted(() => ({ isFull: false, mostBytes: Number.POSITIVE_INFINITY, packed: 0 }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    appendFileSync: (...call: Parameters<typeof fs.appendFileSync>) => {
      if (disk.isFull) throw new Error('ENOSPC: no space left on device, write');
      fs.appendFileSync(...call);
    },
  };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return {
    ...fs,
    open: async (...call: Parameters<typeof fs.open>) => {
      const file = await fs.open(...call);
      if (!String(call[0]).endsWith('.new')) return file;
      disk.packed += 1;
      const [write, appendFile] = [file.write.bind(file), file.appendFile.bind(file)];
      const full = async (): Promise<never> => {
        throw new Error('ENOSPC: no space left on device, write');
      };
      // As `write(2)` does where there is little room: it takes a part, and says so.
      const some = (bytes: Buffer, offset = 0, length = bytes.length - offset) =>
        disk.isFull ? full() : write(bytes, offset, Math.min(length, disk.mostBytes));
      const all: typeof appendFile = (...given) => (disk.isFull ? full() : appendFile(...given));
      return Object.assign(file, { write: some, appendFile: all });
    },
  };
});

beforeEach(() => Object.assign(disk, { isFull: false, mostBytes: Number.POSITIVE_INFINITY, packed: 0 }));
afterEach(() => Object.assign(disk, { isFull: false }));

async function linesOf(folder: string, name: string): Promise<number> {
  let lines = 0;
  const file = segmentNamed(name, folder);
  if (file === undefined) throw new Error(`${name} is no segment`);
  for await (const piece of segmentPieces(file, () => true)) lines += piece.lines.length;
  return lines;
}

it('a full disk leaves no empty files behind, and is not asked to compress again and again', async () => {
  const clock = new VirtualClock(T0);
  const { recorder, folder, settle } = recordedOn(clock);
  const demo = await QueueDemo.start({ startMs: T0, clock, recorder });
  await demo.advance(60_000);
  await settle();
  const before = readdirSync(folder).length;
  disk.isFull = true;
  for (let i = 0; i < 60; i += 1) {
    await demo.advance(1_000);
    await settle();
  }
  expect(readdirSync(folder).length).toBeLessThanOrEqual(before + 2);
  expect(disk.packed).toBeLessThanOrEqual(4);
  disk.isFull = false;
  for (let i = 0; i < 11; i += 1) await demo.advance(60_000);
  await settle();
  await demo.stop();
  await settle();
  expect(readdirSync(folder).filter((name) => name.endsWith('.parts')).length).toBeGreaterThanOrEqual(2);
});

it('what was compressed is whole, also where the disk takes a part of it at a time', async () => {
  const folder = scratchFolder();
  const lines = Array.from({ length: 2_000 }, (_, i) =>
    JSON.stringify({ e: { n: i, x: `${i * i * 7919}` } }),
  );
  const header = JSON.stringify({ format: 1 });
  writeFileSync(join(folder, 'rounds-1000.jsonl'), `${[header, ...lines].join('\n')}\n`);
  disk.mostBytes = 100;
  await closeOthers(folder, new Set());
  expect(readdirSync(folder)).toEqual(['rounds-1000.jsonl.parts']);
  expect(readFileSync(join(folder, 'rounds-1000.jsonl.parts')).length).toBeGreaterThan(1_000);
  expect(await linesOf(folder, 'rounds-1000.jsonl.parts')).toBe(2_001);
});

it('a segment that cannot be compressed keeps none of the others from it, and takes no more room', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'rounds-1000.jsonl'));
  writeFileSync(join(folder, 'rounds-2000.jsonl'), '{"format":1}\n{"e":1}\n');
  await expect(closeOthers(folder, new Set())).rejects.toThrow('EISDIR');
  expect(readdirSync(folder).sort()).toEqual(['rounds-1000.jsonl', 'rounds-2000.jsonl.parts']);
});

it('a wall clock that jumps a year ahead makes nothing old, and time that passes does', async () => {
  const clock = new VirtualClock(T0);
  const { recorder, folder, settle } = recordedOn(clock);
  const event = (): void =>
    recorder.event({ atMs: clock.monotonic(), type: 'Normal', reason: 'Created', object: 'o', message: 'm' });
  event();
  await settle();
  const [first = ''] = readdirSync(folder);
  await clock.advance(7 * HOUR_MS);
  event();
  await settle();
  clock.setWallClock(365 * 24 * HOUR_MS);
  for (let i = 0; i < 3; i += 1) {
    event();
    await settle();
    await clock.advance(7 * HOUR_MS);
  }
  expect(readdirSync(folder)).toContain(`${first}.parts`);
  await clock.advance(40 * 24 * HOUR_MS);
  event();
  await settle();
  expect(readdirSync(folder)).not.toContain(`${first}.parts`);
});
