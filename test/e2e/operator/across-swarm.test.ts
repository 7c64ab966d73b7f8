// One budget across two schedulers: a service of a Docker Swarm that exists, background work on the embedded Marathon.

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerMissing } from '../../schedulers/docker-engine/real-engine.ts';
import { startSwarm, type TestSwarm } from '../../schedulers/swarm/real-swarm.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { policyText, rest } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const SLOTS = 6;
const TITLE = 'Service consumer';
const WITHIN_MS = 90_000;

/** One instance for every ten messages that wait at `url`. */
function consumer(url: string): string {
  return `  - name: consumer
    priority: 1
    instances: { min: 1, max: 5 }
    targets:
    - perInstance: 10
      metric: { http: { url: "${url}", pointers: { waiting: /waiting } } }
    behavior: { giveBackAfter: 0s }
    swarm: { service: consumer }
`;
}

describe.skipIf(dockerMissing())('a pool across Marathon and a Swarm', { timeout: 240_000 }, () => {
  const laptop = new Laptop();
  let swarm: TestSwarm;
  let marathon: MarathonServer;
  let operator: Operator;
  let waiting = 10;
  const queue = createServer((_, response) => response.end(JSON.stringify({ waiting })));

  beforeAll(async () => {
    queue.listen(0, '127.0.0.1');
    [swarm, marathon] = await Promise.all([startSwarm(), laptop.marathon(), once(queue, 'listening')]);
    await swarm.runService('consumer', 1);
    const policies = laptop.path('policies');
    mkdirSync(policies);
    const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}/`;
    writeFileSync(laptop.path('policies', 'across.yaml'), policyText('across', SLOTS, consumer(url), rest()));
    operator = await laptop.operator({ policies, marathon: marathon.url, env: { DOCKER_HOST: swarm.host } });
  });
  afterAll(async () => {
    await laptop.end();
    await swarm.remove();
    queue.close();
  });

  /** Running containers of the service. */
  const containers = async (): Promise<number> => {
    const names = await swarm.docker('ps', '--format', '{{.Names}}');
    return names === '' ? 0 : names.split('\n').length;
  };
  const tasks = async (): Promise<number> => (await marathon.app('/across/rest'))?.tasksRunning ?? 0;

  /** Waits for so many of each to run. */
  async function shared(consumers: number): Promise<void> {
    let seen = '';
    await until(
      `${consumers} containers and ${SLOTS - consumers} tasks to run`,
      async () => {
        const [onMarathon, onSwarm] = [await tasks(), await containers()];
        seen = `${onSwarm} containers, ${onMarathon} tasks`;
        return onSwarm === consumers && onMarathon === SLOTS - consumers;
      },
      WITHIN_MS,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen ${seen}`);
    });
  }

  it('moves slots from one to the other and back, and says who is where', async () => {
    await shared(1);
    waiting = 50;
    await shared(5);
    await untilCount(marathon, '/across/rest', 1);
    const listed = await operator.ask('get', 'across');
    expect(listed.stdout).toContain(TITLE);
    expect(listed.stdout).toContain('/across/rest');
    const why = await operator.ask('explain', 'across');
    expect(`${why.stdout}${why.stderr}`).toContain(TITLE);
    const page = await operator.stream();
    for (const each of [TITLE, '/across/rest', swarm.host]) expect(page).toContain(each);
    waiting = 10;
    await shared(1);
    await untilCount(marathon, '/across/rest', 5);
  });
});
