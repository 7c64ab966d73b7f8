// Celery's own library fills a Redis, and its own worker holds tasks.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { never, ok, reasonOf, sourceOf } from '../metric-sources/servers.ts';
import { type Redis, redisMissing, startRedis } from '../support/programs/redis.ts';
import { until } from '../support/until.ts';
import { type PythonLibrary, programsOf, pythonLibraryMissing } from './python-library.ts';

const LIBRARY: PythonLibrary = {
  title: 'Celery',
  folder: 'celery-5.7.0',
  packages: ['celery[redis]==5.7.0', 'packaging'],
  program: 'celery',
};
const APPLICATION = resolve(import.meta.dirname, 'celery');

describe.skipIf(redisMissing() || pythonLibraryMissing(LIBRARY))('Celery on a real Redis', () => {
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

    execFileSync(join(programsOf(LIBRARY), 'python'), [join(APPLICATION, 'tasks.py')], { env });
    expect(ok(await source.read(never))).toMatchObject({ waiting: 7, inFlight: 0 });

    const worker = spawn(
      join(programsOf(LIBRARY), 'celery'),
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
