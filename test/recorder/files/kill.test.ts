// kill -9 in the middle of recording, with a real process.

import { spawn } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { momentOf } from '../../../src/recorder/read/moment.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { T0 } from '../../support/builders.ts';
import { seeded } from '../../support/seeded.ts';
import { recordedOn, scratchFolder } from '../recorded.ts';

const WRITER = resolve(import.meta.dirname, 'record-writer.ts');
const never = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** Kills the writer once it has said `after` times how far it is; resolves to the last time that it said. */
async function writeAndKill(folder: string, startMs: number, after: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, folder, String(startMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lines = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text;
    if (lines.split('\n').length > after) child.kill('SIGKILL');
  });
  const signal = await new Promise((done) => child.on('close', (_, by) => done(by)));
  expect(signal).toBe('SIGKILL');
  return Number(lines.trimEnd().split('\n').at(-1));
}

it('loses no more than the last second, and goes on after it', async () => {
  const folder = scratchFolder();
  const random = seeded(7);
  const said: number[] = [];
  for (let i = 0; i < 4; i++) {
    said.push(await writeAndKill(folder, T0 + i * HOUR_MS, 20 + Math.floor(random() * 60)));
    // A line of which only a part came to the disk.
    const [open = ''] = readdirSync(folder).filter((name) => /^rounds-\d+\.jsonl$/.test(name));
    if (i % 2 === 0) appendFileSync(join(folder, open), '[1,[2,17954');
  }
  const { reader, settle } = recordedOn(new VirtualClock(T0 + 5 * HOUR_MS), { folder });
  await settle();
  expect(readdirSync(folder).filter((name) => !name.endsWith('.parts'))).toEqual([]);
  for (const atMs of said) {
    const { pools, notes } = await momentOf(reader, { atMs, policy: 'default/queue-demo' }, never);
    expect(notes).toEqual([]);
    expect(pools.map(({ detail }) => detail)).toEqual(['rounds']);
    expect(atMs - (pools[0]?.atMs ?? 0)).toBeLessThanOrEqual(1_000);
  }
});
