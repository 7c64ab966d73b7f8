// The README's first command, driven as a newcomer drives it.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoResult } from '../../../src/app/commands/demo/recorder.ts';
import {
  killGroup,
  printed,
  processesWith,
  type RunningCommand,
  run,
  start,
} from '../../support/programs/command.ts';
import { until } from '../../support/until.ts';

const ANY_PORTS = ['--api', '127.0.0.1:0', '--port', '0'];
const linux = existsSync('/proc/self/environ');

let running: RunningCommand | undefined;
afterEach(() => {
  killGroup(running);
  running = undefined;
});

/** Of each demo its own: others run on this machine. */
let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** The locale reaches every process that a demo starts, and means nothing to any of them. */
function marked(): { readonly mark: string; readonly env: Record<string, string> } {
  const mark = `mark-${randomUUID()}`;
  return { mark, env: { LC_ALL: mark, TMPDIR: temporary } };
}

async function startDemo(
  env: Record<string, string>,
  npm = false,
): Promise<{ page: string; marathon: string }> {
  running = start(['demo', ...ANY_PORTS], { env, npm });
  const page = (await printed(running, /page +(http:\S+)/))[1] ?? '';
  const marathon = (await printed(running, /marathon +(http:\S+)/))[1] ?? '';
  return { page, marathon };
}

describe('microscaling demo', () => {
  it('moves capacity to the consumer and back, and says what it was worth', async () => {
    const { mark, env } = marked();
    const { code, stdout, stderr } = await run(['demo', '--for', '30s', '-o', 'json', ...ANY_PORTS], { env });
    expect(stderr).toContain('page');
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as DemoResult;
    expect(Object.keys(result)).toEqual([
      'policy',
      'seconds',
      'queue',
      'messages',
      'remainder',
      'apps',
      'decisions',
      'marathon',
      'leftProcesses',
    ]);
    const { consumer, remainder, producer } = result.apps;
    expect(result.policy).toBe('queue-demo');
    expect(result.seconds).toBeGreaterThanOrEqual(29);
    expect(result.queue?.target).toBe(50);
    expect(result.queue?.withinTarget).toBeGreaterThan(0);
    expect(consumer!.max).toBeGreaterThan(consumer!.min);
    expect(remainder!.min).toBeLessThan(remainder!.max);
    expect(consumer!.max).toBeLessThanOrEqual(9);
    expect(producer).toEqual({ min: 3, max: 3, last: 3 });
    expect(result.messages.consumed).toBeGreaterThan(0);
    expect(result.messages.produced).toBeGreaterThanOrEqual(result.messages.consumed);
    expect(result.remainder.work).toBeGreaterThan(0);
    expect(result.marathon.writes).toBeGreaterThan(3);
    expect(result.leftProcesses).toBe(0);
    if (linux) expect(processesWith('LC_ALL', mark)).toEqual([]);
  });

  it('needs no queue for a policy that has none, and does not speak of one', async () => {
    const policy = ['--policy', 'specs/policies/priority-demo.yaml'];
    const { code, stdout } = await run(['demo', '--for', '1s', ...policy, ...ANY_PORTS]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/Azurite|messages|background work/);
    expect(stdout).toMatch(/^random 1–9: \d · priority-1 \d · priority-2 \d$/m);
    expect(stdout).toMatch(/^priority-1 +\d +\d +\d$/m);
    expect(stdout).toMatch(/, 0 processes left$/m);
  });

  it.runIf(linux).each([
    { how: 'Ctrl-C', npm: false, kill: (pid: number) => process.kill(-pid, 'SIGINT'), code: 0 },
    { how: 'SIGTERM', npm: false, kill: (pid: number) => process.kill(pid, 'SIGTERM'), code: 0 },
    { how: 'SIGKILL', npm: false, kill: (pid: number) => process.kill(pid, 'SIGKILL'), code: 'SIGKILL' },
    {
      how: 'SIGKILL of its npm',
      npm: true,
      kill: (pid: number) => process.kill(pid, 'SIGKILL'),
      code: 'SIGKILL',
    },
  ])('leaves no process, no port and no file after $how', async ({ npm, kill, code }) => {
    const { mark, env } = marked();
    const { page, marathon } = await startDemo(env, npm);
    await until('what it starts to run', () => processesWith('LC_ALL', mark).length >= 7);
    expect(demoDirectories()).toHaveLength(1);
    kill(running?.child.pid ?? 0);
    await until('all processes to be gone', () => processesWith('LC_ALL', mark).length === 0);
    await until('the temporary files to be gone', () => demoDirectories().length === 0);
    await expect(fetch(page)).rejects.toThrow();
    await expect(fetch(`${marathon}/ping`)).rejects.toThrow();
    expect(await running?.ended).toBe(code);
  });

  it('takes other ports when the usual ones are taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      running = start(['demo', '--api', `127.0.0.1:${port}`, '--port', String(port)]);
      const page = (await printed(running, /page +http:\/\/127\.0\.0\.1:(\d+)/))[1];
      const marathon = (await printed(running, /marathon +http:\/\/127\.0\.0\.1:(\d+)/))[1];
      expect(new Set([page, marathon, String(port)]).size).toBe(3);
    } finally {
      taken.close();
    }
  });

  it.each([
    { args: ['--policy', '/nowhere.yaml'], words: /--policy \/nowhere\.yaml: ENOENT/ },
    { args: ['--policy', 'package.json'], words: /package\.json holds no valid MicroscalingPolicy/ },
    { args: ['--for', 'soon'], words: /--for: 'soon' is not a duration/ },
    {
      args: ['--law', 'Queue', '--policy', 'specs/policies/priority-demo.yaml'],
      words: /--law: specs\/policies\/priority-demo\.yaml has no target with a queueLength/,
    },
    { args: ['--law', 'Best'], words: /is not one of Fluid, Queue, SimpleQueue/ },
  ])('refuses $args and says why', async ({ args, words }) => {
    const { code, stderr } = await run(['demo', ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

function demoDirectories(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('microscaling-demo-'));
}
