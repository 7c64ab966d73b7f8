// A metric source is one folder and one registration: a policy reads a toy through the operator as it is, and its
// schema, its checks, its trust and its name for people follow from the registration.

import { dump } from 'js-yaml';
import { expect, it } from 'vitest';
import { resourceFormWith } from '../../../src/app/policies/schema.ts';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import { SCHEDULERS } from '../../../src/schedulers/registry.ts';
import { operatorWith } from '../../support/toy-operator.ts';
import { type ToyApps, toyScheduler } from '../../support/toy-scheduler/index.ts';
import { toySource } from '../../support/toy-source/index.ts';
import { until } from '../../support/until.ts';

const app = { cmd: 'sleep 1000', cpus: 0.1, mem: 16 };

function policyOf(target: object): string {
  return dump({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'kitchen' },
    spec: {
      interval: '100ms',
      capacity: { slots: 6 },
      apps: [
        { name: 'cooks', priority: 1, instances: { min: 1, max: 5 }, targets: [target], app },
        { name: 'dishes', priority: 2, instances: { min: 1 }, remainder: {}, app },
      ],
    },
  });
}

const types = (eggs: ReadonlyMap<string, number>) => [...METRIC_SOURCES, toySource(eggs)];

it('scales by a metric source that is one folder and one registration', async () => {
  const eggs = new Map([['hens', 12]]);
  const apps: ToyApps = new Map();
  const policy = policyOf({ perInstance: 4, metric: { basket: { name: 'hens' } } });
  const operator = await operatorWith(policy, {
    scheduler: 'toy',
    schedulers: { ...SCHEDULERS, toy: toyScheduler(apps) },
    metricSources: types(eggs),
  });
  await until('a cook for every four eggs', () => apps.get('/kitchen/cooks')?.instances === 3);
  const metrics = () =>
    operator.state
      .view()
      .pools.flatMap(({ policies }) =>
        policies.flatMap((policy) => policy.apps.flatMap((each) => each.metrics)),
      );
  // A round writes counts before it says what it saw.
  await expect.poll(metrics).toMatchObject([{ label: 'basket hens', state: 'ok', value: 12 }]);
});

it.each([
  {
    what: 'a field that its schema does not have',
    target: { queueLength: 5, metric: { basket: { name: 'hens', colour: 'brown' } } },
    says: /spec\.apps\[0\]\.targets\[0\]\.metric\.basket.*colour/,
  },
  {
    what: 'an age that it does not tell',
    target: { messageAge: '1m', metric: { basket: { name: 'hens' } } },
    says: /spec\.apps\[0\]\.targets\[0\]\.messageAge: metric basket does not tell how old an egg is/,
  },
  {
    what: 'a kind that is not registered',
    target: { queueLength: 5, metric: { crate: {} } },
    says: /basket/,
  },
])('refuses $what', ({ target, says }) => {
  const { problems } = resourceFormWith(types(new Map())).loadPolicies(policyOf(target), 'kitchen.yaml');
  expect(problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n')).toMatch(says);
});
