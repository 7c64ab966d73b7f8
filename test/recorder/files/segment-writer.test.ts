// Segments one after the other: none goes on with lines that build on another one.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SegmentWriter } from '../../../src/recorder/files/segment-writer.ts';
import { scratchFolder } from '../recorded.ts';

it('appends nothing to the old segment when a new one cannot be begun', () => {
  const folder = join(scratchFolder(), 'record');
  let nowMs = 1_000;
  const writer = new SegmentWriter({
    folder,
    tier: 'rounds',
    lastsMs: 10,
    mostBytes: 100,
    leastMs: 5,
    version: '1',
    nowMs: () => nowMs,
  });
  writer.begin();
  writer.append('[1]');
  writer.flush();
  const before = readFileSync(writer.path ?? '', 'utf8');
  nowMs += 20;
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, 'no folder');
  expect(() => writer.begin()).toThrow();
  expect([writer.path, writer.isOver]).toEqual([undefined, true]);
  writer.append('[2]');
  writer.flush();
  expect(readFileSync(join(`${folder}-away`, 'rounds-1000.jsonl'), 'utf8')).toBe(before);
});
