// One budget across two schedulers: a service that is containers of a Docker engine, background work on the embedded Marathon.

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
  type TestEngine,
} from '../../schedulers/docker-engine/real-engine.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { policyText, rest } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const SLOTS = 6;
const TITLE = 'container across/consumer';

/** One instance for every ten messages that wait at `url`. */
function consumer(url: string): string {
  return `  - name: consumer
    priority: 1
    instances: { min: 1, max: 5 }
    targets:
    - perInstance: 10
      metric: { http: { url: "${url}", pointers: { waiting: /waiting } } }
    behavior: { giveBackAfter: 0s }
    docker:
      container: { image: ${BUSYBOX_IMAGE}, command: [sleep, "600"], stopSignal: SIGKILL, cpus: 0.05, mem: 16 }
`;
}

describe.skipIf(dockerMissing())('a pool across Marathon and Docker', () => {
  const laptop = new Laptop();
  let engine: TestEngine;
  let marathon: MarathonServer;
  let operator: Operator;
  let waiting = 10;
  const queue = createServer((_, response) => response.end(JSON.stringify({ waiting })));

  beforeAll(async () => {
    queue.listen(0, '127.0.0.1');
    [engine, marathon] = await Promise.all([startEngine(), laptop.marathon(), once(queue, 'listening')]);
    const policies = laptop.path('policies');
    mkdirSync(policies);
    const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}/`;
    writeFileSync(laptop.path('policies', 'across.yaml'), policyText('across', SLOTS, consumer(url), rest()));
    operator = await laptop.operator({ policies, marathon: marathon.url, env: { DOCKER_HOST: engine.host } });
  });
  afterAll(async () => {
    await laptop.end();
    await engine.remove();
    queue.close();
  });

  const containers = async (): Promise<number> => {
    const names = await engine.docker('ps', '--format', '{{.Names}}');
    return names === '' ? 0 : names.split('\n').length;
  };
  const tasks = async (): Promise<number> => (await marathon.app('/across/rest'))?.tasksRunning ?? 0;

  /** Waits for so many of each to run; the most of both that ran on the way. */
  async function shared(consumers: number): Promise<number> {
    let most = 0;
    let seen = '';
    await until(`${consumers} containers and ${SLOTS - consumers} tasks to run`, async () => {
      // The fall is read first: what stops in between may count for neither, never for both.
      const [onMarathon, onDocker] = [await tasks(), await containers()];
      most = Math.max(most, onMarathon + onDocker);
      seen = `${onDocker} containers, ${onMarathon} tasks`;
      return onDocker === consumers && onMarathon === SLOTS - consumers;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen ${seen}`);
    });
    return most;
  }

  it('moves slots from one to the other and back', async () => {
    await shared(1);
    waiting = 50;
    await shared(5);
    await untilCount(marathon, '/across/rest', 1);
    waiting = 10;
    await shared(1);
    await untilCount(marathon, '/across/rest', 5);
  });

  it('says who is where, in the words of each', async () => {
    const listed = await operator.ask('get', 'across');
    expect(listed.stdout).toContain(TITLE);
    expect(listed.stdout).toContain('/across/rest');
    const why = await operator.ask('explain', 'across');
    expect(`${why.stdout}${why.stderr}`).toContain(TITLE);
    const page = await operator.stream();
    for (const each of [TITLE, '/across/rest', engine.host]) expect(page).toContain(each);
  });

  it('leaves the count of what it cannot see, says so, and gives its slots to nobody', async () => {
    await shared(1);
    engine.freeze();
    await operator.says(
      'across',
      'Applied',
      /container across\/consumer cannot be looked at: .*it keeps the 1 /,
    );
    waiting = 50;
    await until('the longer queue to be read', async () =>
      (await operator.ask('explain', 'across')).stdout.includes('50 messages'),
    );
    expect((await marathon.counts())['/across/rest']).toBe(5);
    engine.thaw();
    await shared(5);
    waiting = 10;
    await shared(1);
  });
});
