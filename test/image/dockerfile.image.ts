// The image as it is built from the Dockerfile and run by an engine: whose it is, what it may write, who gets in, how it ends.

import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerMissing, startEngine, type TestEngine } from '../schedulers/docker-engine/real-engine.ts';
import { until } from '../support/until.ts';
import { BASE, baseImage, standInMissing } from './base.ts';

const IMAGE = 'microscaling:test';
const root = resolve(import.meta.dirname, '../..');
const MOST_MB = 250;

function missing(): boolean {
  const why = process.env['CI'] === 'true' ? undefined : standInMissing();
  if (why !== undefined) console.warn(`image tests skipped: ${why}`);
  return why !== undefined || dockerMissing();
}

describe.skipIf(missing())('the image of the Dockerfile', () => {
  let engine: TestEngine;
  let network = '';

  beforeAll(async () => {
    engine = await startEngine({ endsAfterS: 1_500 });
    console.info(`base image: ${await baseImage(engine)}`);
    // Its own network reaches nothing from here.
    await engine.docker('build', '--quiet', '--network', 'host', '--tag', IMAGE, root);
    network = await engine.network();
  });
  afterAll(() => engine.remove());

  const bytesOf = async (image: string): Promise<number> =>
    Number(await engine.docker('image', 'inspect', '--format', '{{.Size}}', image));
  const run = (...args: readonly string[]): Promise<string> =>
    engine.docker('run', '--rm', '--read-only', '--network', 'none', IMAGE, ...args);

  /** The operator behind a port of this machine; the container's name and where its API is. */
  async function operator(name: string, ...flags: readonly string[]): Promise<string> {
    await engine.docker(
      ...['run', '--detach', '--name', name, '--read-only', '--cap-drop', 'ALL', '--network', network],
      ...['--publish', '127.0.0.1::8090', '--volume', `${name}:/data`, ...flags, IMAGE],
      ...['run', '--data', '/data', '--marathon', 'http://127.0.0.1:1'],
    );
    const address = await engine.docker('port', name, '8090');
    const api = `http://${address.split('\n')[0]}`;
    await until(
      'the operator to answer',
      async () => (await fetch(`${api}/healthz`).catch(() => undefined))?.ok === true,
    );
    return api;
  }

  it(`is at most ${MOST_MB} MB larger than its base`, async () => {
    const more = ((await bytesOf(IMAGE)) - (await bytesOf(BASE))) / 1e6;
    console.info(`larger than its base by ${more.toFixed(0)} MB`);
    expect(more).toBeLessThan(MOST_MB);
  });

  it('runs as somebody who is not root, and writes nothing', async () => {
    expect(await engine.docker('image', 'inspect', '--format', '{{.Config.User}}', IMAGE)).toBe('1000:1000');
    expect(await run('version')).toMatch(/\d+\.\d+\.\d+/);
    expect(await run('validate', '-f', '/opt/microscaling/specs/policies/queue-demo.yaml')).toContain(
      'valid',
    );
  });

  it('is healthy by its own check, keeps its data in a volume, and lets nobody in without a token', async () => {
    const api = await operator('guarded');
    const ask = async (path: string, token?: string): Promise<number> =>
      (
        await fetch(`${api}${path}`, {
          redirect: 'manual',
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        })
      ).status;
    expect([await ask('/apis'), await ask('/'), await ask('/metrics')]).toEqual([401, 303, 401]);
    const said = await engine.docker(
      'exec',
      'guarded',
      'microscaling',
      'token',
      'create',
      'me',
      '--data',
      '/data',
    );
    const token = /microscaling_[\w-]+/.exec(said)?.[0];
    expect(await ask('/apis', token)).toBe(200);
    await until(
      'the health check',
      async () =>
        (await engine.docker('inspect', '--format', '{{.State.Health.Status}}', 'guarded')) === 'healthy',
      60_000,
    );
    await engine.docker('restart', '--time', '5', 'guarded');
    await until('it to answer again', async () =>
      (await engine.docker('exec', 'guarded', 'microscaling', 'health').catch(() => '')).includes('ok'),
    );
    const again = `http://${(await engine.docker('port', 'guarded', '8090')).split('\n')[0]}`;
    const answer = await fetch(`${again}/apis`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it('ends by itself within five seconds when it is told to', async () => {
    await operator('ending');
    // After five seconds the engine would kill it, which is 137.
    await engine.docker('stop', '--time', '5', 'ending');
    expect(await engine.docker('inspect', '--format', '{{.State.ExitCode}}', 'ending')).toBe('0');
  });

  it('says what it cannot do where its file system is read-only', async () => {
    const why = await run('run', '--git', 'https://example.com/policies.git').then(
      () => 'it ran',
      (error: Error) => error.message,
    );
    expect(why).toMatch(/make \/tmp writable \(docker run --tmpfs \/tmp\)/);
  });
});
