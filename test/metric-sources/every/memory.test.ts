// What holds for every source there is, the next one included: reads that fail leave nothing behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { ASKING } from './readme-examples.ts';

const PROGRAM = resolve(import.meta.dirname, 'failing-reads.ts');
/** One listener or one promise that is kept for each read is more. */
const MOST_BYTES_A_READ = 100;
/** For the reads of one source. */
const WITHIN_MS = 240_000;

describe('memory over 10,000 failing reads', { concurrent: false, timeout: WITHIN_MS + 60_000 }, () => {
  const growth = new Map<string, number>();
  let program: ChildProcess;
  let ended = false;
  beforeAll(() => {
    const child = spawn(process.execPath, ['--expose-gc', '--no-flush-bytecode', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    program = child;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => growth.set(...(JSON.parse(line) as [string, number])));
    lines.on('close', () => {
      ended = true;
    });
  });
  afterAll(() => void program.kill('SIGKILL'));

  // In their order: each waits for its own reads only.
  it.each(ASKING)('is flat for $type', async ({ type }) => {
    await until(`10,000 reads of ${type}`, () => growth.has(type) || ended, WITHIN_MS);
    expect(growth.get(type)).toBeLessThan(MOST_BYTES_A_READ);
  });
});
