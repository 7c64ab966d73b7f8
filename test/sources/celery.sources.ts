// Celery's own library fills a Redis, and its own worker holds tasks.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { never, ok, reasonOf, sourceOf } from '../metric-sources/servers.ts';
import { type Redis, redisMissing, startRedis } from '../support/programs/redis.ts';
import { until } from '../support/until.ts';

/** Kept from run to run. */
const LIBRARY = resolve(import.meta.dirname, '../../node_modules/.cache/celery-5.7.0');
const APPLICATION = resolve(import.meta.dirname, 'celery');
const PACKAGES = ['celery[redis]==5.7.0', 'packaging'];
const DOWNLOAD_WITHIN_MS = 200_000;

/** Why these tests cannot run here: prints it. */
function celeryMissing(): boolean {
  if (existsSync(join(LIBRARY, 'bin/celery'))) return false;
  try {
    const options = { stdio: 'pipe', timeout: DOWNLOAD_WITHIN_MS } as const;
    execFileSync('python3', ['-m', 'venv', LIBRARY], options);
    execFileSync(join(LIBRARY, 'bin/pip'), ['install', '--quiet', ...PACKAGES], options);
    return false;
  } catch {
    rmSync(LIBRARY, { recursive: true, force: true });
    console.warn('Celery tests skipped: no python3 with venv, or no PyPI, to install celery from');
    return true;
  }
}

describe.skipIf(redisMissing() || celeryMissing())('Celery on a real Redis', () => {
  let server: Redis;
  let dir: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    server = await startRedis();
    dir = mkdtempSync(join(tmpdir(), 'celery-'));
    env = {
      PATH: process.env['PATH'],
      BROKER: `${server.url}/0`,
      RELEASE: join(dir, 'release'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const reader = (queue: string) =>
    sourceOf({
      redis: { endpoint: server.url, database: 0, celery: { queue, unackedKey: 'unacked', prefix: '' } },
    });

  it('tells 5 waiting and 2 in flight of 7 tasks of several priorities, of which a worker holds 2', async () => {
    const source = reader('reports');
    expect(reasonOf(await source.read(never))).toContain('no Celery has declared such a queue here');

    execFileSync(join(LIBRARY, 'bin/python'), [join(APPLICATION, 'tasks.py')], { env });
    expect(ok(await source.read(never))).toMatchObject({ waiting: 7, inFlight: 0 });

    const worker = spawn(
      join(LIBRARY, 'bin/celery'),
      [
        '-A',
        'tasks',
        'worker',
        '--concurrency=2',
        '--loglevel=error',
        '--without-gossip',
        '--without-mingle',
      ],
      { env: { ...env, C_FORCE_ROOT: '1' }, cwd: APPLICATION, stdio: 'ignore' },
    );
    const gone = once(worker, 'exit');
    onTestFinished(async () => {
      writeFileSync(join(dir, 'release'), '');
      worker.kill('SIGTERM');
      await gone;
    });
    await until('the worker to hold two', async () => ok(await source.read(never)).inFlight === 2);
    expect(ok(await source.read(never))).toMatchObject({ waiting: 5, inFlight: 2 });

    writeFileSync(join(dir, 'release'), '');
    await until('all to be done', async () => {
      const { waiting, inFlight } = ok(await source.read(never));
      return waiting === 0 && inFlight === 0;
    });
  });

  it('is unknown where nobody has declared the queue', async () => {
    expect(reasonOf(await reader('nothing').read(never))).toContain(
      'no Celery has declared such a queue here',
    );
  });
});
