// A policy over services of Amazon ECS through the operator as it is, against a fake that keeps its state.

import { dump } from 'js-yaml';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeEcs } from '../../schedulers/ecs/fake/fake-ecs.ts';
import { operatorWith } from '../../support/toy-operator.ts';
import { until } from '../../support/until.ts';

/** Looks are a second apart, and a task stops in three. */
const WITHIN_MS = 90_000;

it('hands slots over from one service to another, and never has more tasks than slots', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's3cr3t');
  const fake = new FakeEcs();
  await fake.start();
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await fake.stop();
  });
  const cluster = fake.cluster('prod');
  cluster.create({ name: 'worker', desired: 1 });
  cluster.create({ name: 'batch', desired: 4 });
  const where = { cluster: 'prod', region: 'eu-west-1', endpoint: fake.endpoint };
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'prod' },
    spec: {
      interval: '100ms',
      capacity: { slots: 5 },
      apps: [
        {
          name: 'worker',
          priority: 1,
          instances: { min: 1, max: 3 },
          targets: [{ perInstance: 1, metric: { random: { min: 9, max: 9, period: '1h', seed: 1 } } }],
          ecs: { ...where, service: 'worker' },
        },
        {
          name: 'batch',
          priority: 2,
          instances: { min: 1 },
          remainder: {},
          ecs: { ...where, service: 'batch' },
        },
      ],
    },
  };
  const { state } = await operatorWith(dump(policy), {});
  const apps = () => state.view().pools.flatMap(({ policies }) => policies.flatMap((each) => each.apps));
  await until(
    'three of five to be handed over',
    () =>
      apps()
        .map(({ running }) => running)
        .join() === '3,2',
    WITHIN_MS,
  );
  expect(cluster.mostTasks).toBe(5);
  const updates = fake.calls('UpdateService').map(({ body }) => body);
  expect(updates.at(0)).toEqual({ cluster: 'prod', service: 'batch', desiredCount: 2 });
  expect(updates.at(-1)).toEqual({ cluster: 'prod', service: 'worker', desiredCount: 3 });
  expect(apps().map(({ scheduler }) => scheduler)).toEqual(['Amazon ECS', 'Amazon ECS']);
});
