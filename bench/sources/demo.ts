// bench: how long the demo takes until its page is there, and how much memory its own process holds soon after.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { packageFile } from '../../src/app/package-root.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { preciseNow } from '../cost/marathon.ts';
import { nodeArguments, peakMb } from '../cost/process.ts';

const SETTLED_MS = 3_000;

export async function demoCost(
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly startMs: number; readonly peakMb: number }> {
  const beganMs = preciseNow();
  const child = spawn(process.execPath, [...nodeArguments(), 'demo', '--api', '127.0.0.1:0'], {
    cwd: packageFile('.'),
    env: { PATH: process.env['PATH'] ?? '', ...variables },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  try {
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('page ')) resolve();
      });
      ended.then(() => reject(new Error('the demo ended before its page was there')), reject);
    });
    const startMs = preciseNow() - beganMs;
    await systemClock.sleep(SETTLED_MS);
    return { startMs, peakMb: peakMb(child.pid ?? 0) ?? Number.NaN };
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}
