// What schedulers make of a proxy before an engine that refuses a question, and of something that answers as no engine does.

import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { createDockerScheduler } from '../../../src/schedulers/docker/index.ts';
import { SwarmScheduler } from '../../../src/schedulers/swarm/index.ts';
import { fakeValues } from '../../support/values.ts';
import { engineThat, never } from './setup.ts';

const SERVICE = {
  ID: 'svc1',
  Version: { Index: 11 },
  Spec: { Name: 'mailer', TaskTemplate: {}, Mode: { Replicated: { Replicas: 2 } } },
};
const LISTS = { services: [SERVICE], tasks: [], nodes: [], containers: [] };

/** It refuses what it has no answer to, as a proxy before a socket does. */
async function schedulersOver(answers: Readonly<Record<string, unknown>>) {
  const host = await engineThat(({ url = '' }, response) => {
    const path = url.split(/[/?]/)[2] ?? '';
    const answer = answers[path];
    if (answer === undefined) response.writeHead(403);
    response.end(answer === undefined ? 'Forbidden' : JSON.stringify(answer));
  });
  const deps = { clock: systemClock, log: silentLogger, values: fakeValues({}) };
  const config = { host, deadlineMs: 60_000, resyncMs: 60_000 };
  const swarm = new SwarmScheduler(config, deps);
  const docker = createDockerScheduler(config, deps);
  onTestFinished(async () => {
    await swarm.close();
    await docker.close();
  });
  return { swarm, docker };
}

describe('an engine behind a proxy that refuses GET /info', () => {
  it('is observed by both; only its version is unknown', async () => {
    const { swarm, docker } = await schedulersOver(LISTS);
    const { apps } = await swarm.observe(['mailer'], never);
    expect(apps.get('mailer')).toMatchObject({ requested: 2 });
    expect(swarm.info()).toMatchObject({
      reachable: true,
      message: expect.stringContaining('unknown version'),
    });
    expect((await docker.observe(['/shop/batch'], never)).apps.size).toBe(0);
    expect(docker.info()).toMatchObject({ reachable: true });
    expect(docker.info()).not.toHaveProperty('version');
  });
});

describe('an answer that is no list', () => {
  it.each(['services', 'tasks', 'nodes'])('does not say that a swarm has no %s', async (path) => {
    const { swarm } = await schedulersOver({ ...LISTS, info: {}, [path]: { message: 'hello' } });
    const seen = swarm.observe(['mailer'], never);
    await expect(seen).rejects.toThrow(`listing ${path}: the answer is not a list`);
    await expect(seen).rejects.toBeInstanceOf(TransientError);
  });

  it.each([{ message: 'hello' }, {}, 'text', null])(
    'does not say that an engine has no containers: %j',
    async (containers) => {
      const { docker } = await schedulersOver({ info: {}, containers });
      const seen = docker.observe(['/shop/batch'], never);
      await expect(seen).rejects.toThrow('listing containers: the answer is not a list');
      await expect(seen).rejects.toBeInstanceOf(TransientError);
    },
  );
});
