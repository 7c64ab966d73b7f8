// What goes wrong with services of a Swarm and of Amazon ECS, one by one, under a whole operator: counts stay, the reason is said, the
// rest goes on. Swarms are real; ECS is a fake that keeps its state.

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { dockerMissing } from '../../../schedulers/docker-engine/real-engine.ts';
import type { FakeCluster } from '../../../schedulers/ecs/fake/fake-cluster.ts';
import { FakeEcs } from '../../../schedulers/ecs/fake/fake-ecs.ts';
import { SWARM_IMAGE, startSwarm, type TestSwarm } from '../../../schedulers/swarm/real-swarm.ts';
import { openShop } from './shop.ts';

const KEYS = { ECS_KEY_ID: 'AKIDEXAMPLE', ECS_KEY: 's3cr3t-access-key' };

const waiting = { workers: 2, rest: 2 };
const queue = createServer((_, response) => response.end(JSON.stringify(waiting)));
/** Where `rest` is. */
const calm = new FakeEcs();
let calmCluster: FakeCluster;

beforeAll(async () => {
  queue.listen(0, '127.0.0.1');
  await Promise.all([once(queue, 'listening'), calm.start()]);
});
beforeEach(() => {
  Object.assign(waiting, { workers: 2, rest: 2 });
  calmCluster = calm.cluster('calm');
  calmCluster.create({ name: 'rest', desired: 2 });
});
afterAll(async () => {
  queue.close();
  await calm.stop();
});

function ecs(fake: FakeEcs, cluster: string, service: string): object {
  const auth = { accessKeyId: { fromEnv: 'ECS_KEY_ID' }, secretAccessKey: { fromEnv: 'ECS_KEY' } };
  return { ecs: { cluster, service, region: 'eu-west-1', endpoint: fake.endpoint, auth } };
}

/** `workers` where the test has them, of which so many run, `rest` in a calm place beside them, in one pool. */
async function world(workers: object, running = 2) {
  const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}/`;
  const app = (name: keyof typeof waiting, where: object) => ({
    name,
    priority: 1,
    instances: { min: 1, max: 5 },
    targets: [{ perInstance: 1, metric: { http: { url, pointers: { waiting: `/${name}` } } } }],
    behavior: { giveBackAfter: '0s' },
    ...where,
  });
  const apps = [app('workers', workers), app('rest', ecs(calm, 'calm', 'rest'))];
  const { said, seen, toBe } = await openShop(apps, { ...process.env, ...KEYS });
  await toBe('all to run', () => seen('workers')?.running === running && seen('rest')?.running === 2);
  return {
    seen,
    toBe,
    says: (text: RegExp): Promise<void> => toBe(`${text} to be said`, () => text.test(said())),
    /** The reason is said, and what is in the calm place goes on, twice, while more workers are wanted, too. */
    saysAndGoesOn: async (says: RegExp): Promise<void> => {
      await toBe(`${says} to be said`, () => says.test(said()));
      Object.assign(waiting, { workers: 3, rest: 3 });
      await toBe('the rest to be more', () => calmCluster.desired('rest') === 3);
      waiting.rest = 4;
      await toBe('the rest to be more', () => calmCluster.desired('rest') === 4);
    },
  };
}

describe('a service of ECS in trouble', { timeout: 240_000 }, () => {
  const fake = new FakeEcs();
  let cluster: FakeCluster;
  beforeAll(() => fake.start());
  beforeEach(() => {
    fake.failWith(() => undefined);
    cluster = fake.cluster('prod');
    cluster.create({ name: 'workers', desired: 2 });
  });
  afterAll(() => fake.stop());

  it('keeps its count where too much is asked of ECS, which is said, and the rest goes on', async () => {
    const { toBe, saysAndGoesOn } = await world(ecs(fake, 'prod', 'workers'));
    fake.failWith(() => ({ code: 'ThrottlingException' }));
    await saysAndGoesOn(
      /Service prod\/workers .*cannot be looked at: .*too many requests.*it keeps the 2 that it had/,
    );
    expect(cluster.desired('workers')).toBe(2);
    fake.failWith(() => undefined);
    await toBe('the workers to be more', () => cluster.desired('workers') === 3);
  });

  it('is not scaled while it is deleted, which is said, and the rest goes on', async () => {
    const { toBe, saysAndGoesOn } = await world(ecs(fake, 'prod', 'workers'));
    const before = fake.calls('UpdateService').length;
    cluster.drain('workers');
    await saysAndGoesOn(/Service prod\/workers .*(DRAINING|does not exist)/);
    expect(fake.calls('UpdateService')).toHaveLength(before);
    cluster.remove('workers');
    cluster.create({ name: 'workers', desired: 2 });
    await toBe('the workers to be more', () => cluster.desired('workers') === 3);
  });
});

interface ContainerTrouble {
  readonly name: string;
  /** What `docker service create` is given. */
  readonly service: readonly string[];
  readonly running: number;
  readonly reason: RegExp;
}

const CONTAINER_TROUBLES: readonly ContainerTrouble[] = [
  {
    name: 'its image is missing',
    service: ['127.0.0.1:9/nope:1'],
    running: 0,
    reason: /No such image: 127\.0\.0\.1:9\/nope:1/,
  },
  {
    name: 'its containers end at once',
    service: [SWARM_IMAGE, 'sh', '-c', 'exit 3'],
    running: 0,
    reason: /non-zero exit \(3\).*docker service logs workers shows what it said/,
  },
  {
    name: 'the port of its second container is taken',
    service: ['--publish', 'mode=host,published=18180,target=80', SWARM_IMAGE, 'sleep', '600'],
    running: 1,
    reason: /host-mode port already in use/,
  },
];

describe.skipIf(dockerMissing())('a service of a Swarm in trouble', { timeout: 240_000 }, () => {
  let swarm: TestSwarm;
  beforeAll(async () => {
    swarm = await startSwarm();
  });
  afterAll(() => swarm.remove());

  const replicas = async (): Promise<number> =>
    Number(
      await swarm.docker('service', 'inspect', '--format', '{{.Spec.Mode.Replicated.Replicas}}', 'workers'),
    );

  it('keeps its count while the swarm is locked, which is said, and the rest goes on', async () => {
    await swarm.runService('workers', 2);
    onTestFinished(() => swarm.removeServices());
    const { toBe, saysAndGoesOn } = await world({ swarm: { service: 'workers', host: swarm.host } });
    await swarm.docker('swarm', 'update', '--autolock=true');
    const key = await swarm.docker('swarm', 'unlock-key', '--quiet');
    await swarm.stop();
    await swarm.start();
    await saysAndGoesOn(
      /Service workers .*cannot be looked at: .*is locked since its restart: docker swarm unlock; it keeps the 2/,
    );
    expect(await unlock(swarm.host, key)).toBe(200);
    await toBe('the swarm to answer', () =>
      replicas().then(
        () => true,
        () => false,
      ),
    );
    await toBe('the workers to be more', async () => (await replicas()) === 3);
    await swarm.docker('swarm', 'update', '--autolock=false');
  });

  it.each(CONTAINER_TROUBLES)(
    'asks for no more of it where $name, which is said, and the rest goes on',
    async ({ service, running, reason }) => {
      const base = ['--detach', '--no-resolve-image', '--name', 'workers', '--replicas', '2'];
      await swarm.docker('service', 'create', ...base, ...service);
      onTestFinished(() => swarm.removeServices());
      const where = { swarm: { service: 'workers', host: swarm.host } };
      const { seen, toBe, says } = await world(where, running);
      await says(reason);
      waiting.rest = 3;
      await toBe('the rest to be more', () => calmCluster.desired('rest') === 3);
      waiting.rest = 4;
      await toBe('the rest to be more', () => calmCluster.desired('rest') === 4);
      // What it had, or its minimum once it is given up.
      expect([1, 2]).toContain(await replicas());
      // One that ends at once runs for a moment whenever it is tried again.
      await toBe('so many to run', () => seen('workers')?.running === running);
    },
  );

  // The last one: there is no swarm afterwards.
  it('keeps its count where the engine is no manager any more, which is said, and the rest goes on', async () => {
    await swarm.runService('workers', 2);
    const { seen, saysAndGoesOn } = await world({ swarm: { service: 'workers', host: swarm.host } });
    await swarm.leave();
    await saysAndGoesOn(
      /Service workers .*cannot be looked at: .*is in no swarm: name a manager in swarm.host.*it keeps the 2/,
    );
    expect(seen('workers')).toMatchObject({ requested: 2 });
  });
});

/** What the command asks a terminal for. */
async function unlock(host: string, key: string): Promise<number | undefined> {
  const asked = request({
    socketPath: host.replace('unix://', ''),
    path: '/v1.41/swarm/unlock',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify({ UnlockKey: key }));
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}
