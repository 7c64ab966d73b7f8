// The contract of every scheduler, of ECS against moto's whole service, and the fake of the other tests held against it: both are
// asked the same by AWS' own client.

import type { ChildProcess } from 'node:child_process';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { EcsScheduler } from '../../../src/schedulers/ecs/index.ts';
import { FakeEcs } from '../../schedulers/ecs/fake/fake-ecs.ts';
import { answers, endServer, motoMissing, startMoto } from '../../sources/moto.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { describeScheduler } from '../scheduler.ts';

/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 1_800;
const REGION = 'eu-west-1';
const APP = 'prod/orders';
const never = new AbortController().signal;
const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };

function schedulerAt(endpoint: string): EcsScheduler {
  const auth = { accessKeyId: { fromEnv: 'KEY_ID' }, secretAccessKey: { fromEnv: 'KEY' } };
  const often = {
    movingMs: 20,
    stillMs: 20,
    registrationsMs: 20,
    listedForWhileMovingMs: 20,
    staleMs: 600_000,
  };
  const fast = { perSecond: 1_000, burst: 1_000 };
  return new EcsScheduler(
    { region: REGION, endpoint, auth },
    {
      clock: systemClock,
      log: silentLogger,
      values: fakeValues({ KEY_ID: 'testing', KEY: 'testing' }),
      env: {},
      timing: often,
      budgets: { read: fast, write: fast },
      deadlineMs: 600_000,
    },
  );
}

/** What Application Auto Scaling is told: moto looks neither at a signature nor at its absence. */
async function registerScalableTarget(endpoint: string): Promise<void> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AnyScaleFrontendService.RegisterScalableTarget',
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/${REGION}/application-autoscaling/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({
      ServiceNamespace: 'ecs',
      ResourceId: `service/${APP}`,
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 1,
      MaxCapacity: 4,
    }),
  });
  expect(answer.status).toBe(200);
}

describe.skipIf(motoMissing('ECS'))('ECS of moto', () => {
  let server: ChildProcess | undefined;
  let endpoint = '';
  let client: ECSClient;

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = startMoto(port, AT_MOST_S);
    await until('moto to answer', () => answers(endpoint), 60_000);
    client = new ECSClient({ endpoint, region: REGION, credentials });
  });
  afterAll(async () => {
    client?.destroy();
    await endServer(server);
  });

  const reset = async (): Promise<void> => {
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    await client.send(new CreateClusterCommand({ clusterName: 'prod' }));
    await client.send(
      new RegisterTaskDefinitionCommand({
        family: 'orders',
        containerDefinitions: [{ name: 'main', image: 'busybox', cpu: 256, memory: 128 }],
      }),
    );
  };
  const setCount = async (desiredCount: number): Promise<void> => {
    await client.send(new UpdateServiceCommand({ cluster: 'prod', service: 'orders', desiredCount }));
  };
  /** moto's services run what an update asks for, not what they began with. */
  const provide = async (instances: number): Promise<void> => {
    const asked = { cluster: 'prod', serviceName: 'orders', taskDefinition: 'orders', desiredCount: 0 };
    await client.send(new CreateServiceCommand(asked));
    await setCount(instances);
  };

  describeScheduler(
    'ecs, moto',
    async () => {
      await reset();
      const scheduler = schedulerAt(endpoint);
      return {
        scheduler,
        definition: {},
        app: APP,
        title: `Service ${APP}`,
        provide,
        // What moto was asked it does not tell.
        asked: () => ({ writes: scheduler.stats().writes, lists: scheduler.stats().reads }),
        scaleByHand: (_, instances) => setCount(instances),
        holdElsewhere: () => registerScalableTarget(endpoint),
        lock: () => Promise.reject(new Error('moto deploys nothing')),
        until: (condition) =>
          until('the condition', async () => await condition().catch(() => false)).then(() => undefined),
        close: () => scheduler.close(),
      };
    },
    {
      creating: 'only what exists is scaled',
      definitions: 'the definition is not ours',
      locks: 'moto has one deployment of a service, which never replaces another',
      stopping: 'services of moto have counts and no tasks',
      waiting: 'services of moto have all that they ask for',
      'lost answers': 'moto answers all that it is asked',
      remaking: 'moto does not tell when a service was made; the fake does',
      resting: 'what moto was asked it does not tell; the fake does',
      gaps: 'moto answers all that it is asked',
    },
  );

  it('says which cluster there is not, and that a service is not there', async () => {
    await reset();
    const scheduler = schedulerAt(endpoint);
    try {
      await expect(scheduler.observe(['gone/orders'], never)).rejects.toThrow(TransientError);
      await expect(scheduler.observe(['gone/orders'], never)).rejects.toThrow('no such cluster in eu-west-1');
      expect((await scheduler.observe([APP], never)).apps.size).toBe(0);
    } finally {
      await scheduler.close();
    }
  });

  it('answers with the fields of the fake, as the client of AWS reads them', async () => {
    await reset();
    await provide(2);
    const ofMoto = await shapesOf(client);
    const fake = new FakeEcs();
    await fake.start();
    const fakeClient = new ECSClient({ endpoint: fake.endpoint, region: REGION, credentials });
    try {
      fake.cluster('prod').create({ name: 'orders', desired: 2 });
      const ofFake = await shapesOf(fakeClient);
      for (const [call, fields] of Object.entries(ofFake)) {
        const known: Readonly<Record<string, string>> = ofMoto[call] ?? {};
        const shared = Object.keys(fields).filter((field) => known[field] !== undefined);
        expect(shared.map((field) => `${call} ${field}: ${known[field]}`)).toEqual(
          shared.map((field) => `${call} ${field}: ${fields[field]}`),
        );
      }
      // What the fake has beside moto, which does not tell when a service was made.
      const beside = Object.keys(ofFake['service'] ?? {}).filter(
        (field) => !(field in (ofMoto['service'] ?? {})),
      );
      expect(beside).toEqual(['createdAt']);
    } finally {
      fakeClient.destroy();
      await fake.stop();
    }
  });
});

/** Fields by the kind of their value, of one service and of what belongs to it. */
async function shapesOf(
  client: ECSClient,
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const cluster = 'prod';
  const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: ['orders'] }));
  const [service] = services;
  const { serviceArns } = await client.send(new ListServicesCommand({ cluster }));
  const { taskArns } = await client.send(new ListTasksCommand({ cluster, serviceName: 'orders' }));
  const { containerInstanceArns } = await client.send(new ListContainerInstancesCommand({ cluster }));
  const { taskDefinition } = await client.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: service?.taskDefinition ?? 'orders' }),
  );
  const missing = await client
    .send(new DescribeServicesCommand({ cluster: 'gone', services: ['orders'] }))
    .catch((error: unknown) => error);
  const absent = await client.send(new DescribeServicesCommand({ cluster, services: ['nobody'] }));
  return {
    service: kindsOf(service),
    deployment: kindsOf(service?.deployments?.[0]),
    lists: kindsOf({ serviceArns, taskArns, containerInstanceArns }),
    taskDefinition: kindsOf(taskDefinition),
    containerDefinition: kindsOf(taskDefinition?.containerDefinitions?.[0]),
    missingCluster: { name: missing instanceof Error ? missing.name : '' },
    absentService: { reason: absent.failures?.[0]?.reason ?? '', found: String(absent.services?.length) },
  };
}

function kindsOf(value: object | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([field, each]) => [field, kindOf(each)]));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value instanceof Date ? 'time' : typeof value;
}
