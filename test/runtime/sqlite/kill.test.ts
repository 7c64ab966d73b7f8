// kill -9 in the middle of writing, with a real process.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDocumentStore } from '../../../src/runtime/sqlite/documents.ts';
import { seeded } from '../../support/seeded.ts';

const WRITER = resolve(import.meta.dirname, '../../support/programs/store-writer.ts');
const ROUNDS = 20;
const PARTS = 3;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'microscaling-kill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Kills the writer as soon as it has acknowledged `after` batches; resolves to the last one it acknowledged. */
async function writeAndKill(after: number, how: 'now' | 'soon'): Promise<number> {
  const child = spawn(process.execPath, [WRITER, dir, String(PARTS), how], {
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

it('loses nothing that was acknowledged, and no batch is there in part', async () => {
  const random = seeded(5);
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = await writeAndKill(1 + Math.floor(random() * 60), round % 2 === 0 ? 'now' : 'soon');
    // The lock of the killed process is gone with it.
    const store = openDocumentStore(dir, { holder: 'the next one' });
    const last = store.get('count', 'last');
    expect(last).toBeGreaterThanOrEqual(acknowledged);
    const parts = [...store.all('part').values()];
    expect(parts.map((part) => (part as { n: number }).n)).toEqual(new Array(PARTS).fill(last));
    store.close();
  }
});
