// A scheduler is one folder and one registration: a policy runs on a toy through the operator as it is.

import { isDeepStrictEqual } from 'node:util';
import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { SCHEDULERS } from '../../../src/schedulers/registry.ts';
import { operatorWith } from '../../support/toy-operator.ts';
import { type ToyApps, toyScheduler } from '../../support/toy-scheduler/index.ts';
import { until } from '../../support/until.ts';

const app = { cmd: 'sleep 1000', cpus: 0.1, mem: 16 };

const policy = {
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name: 'shop' },
  spec: {
    interval: '100ms',
    capacity: { slots: 6 },
    apps: [
      {
        name: 'front',
        priority: 1,
        instances: { min: 1, max: 5 },
        targets: [{ perInstance: 1, metric: { random: { min: 2, max: 2, period: '1h', seed: 1 } } }],
        app,
      },
      { name: 'back', priority: 2, instances: { min: 1 }, remainder: {}, app },
    ],
  },
};

const operatorOn = (scheduler: string, apps: ToyApps) =>
  operatorWith(dump(policy), { scheduler, schedulers: { ...SCHEDULERS, toy: toyScheduler(apps) } });

it('runs a policy on a scheduler that is one folder and one registration', async () => {
  const apps: ToyApps = new Map();
  await operatorOn('toy', apps);
  await until('6 slots to be shared', () => {
    return apps.get('/shop/front')?.instances === 2 && apps.get('/shop/back')?.instances === 4;
  });
});

it('speaks of a toy in the words of the toy, and of no other scheduler', async () => {
  const apps: ToyApps = new Map();
  const { state, url } = await operatorOn('toy', apps);
  const applied = (): string | undefined =>
    state
      .view()
      .pools.flatMap(({ policies }) => policies.flatMap(({ conditions }) => conditions))
      .find(({ type }) => type === 'Applied')?.message;
  await until('the policy to be applied', () => applied() === 'the toy box has what the policy says');
  const view = state.view();
  expect(view.clusters.map(({ scheduler }) => scheduler)).toEqual(['the toy box']);
  expect(JSON.stringify(view)).not.toMatch(/marathon|mesos/i);
  const read = async (path: string): Promise<string> => await (await fetch(new URL(path, url))).text();
  expect(await read('/readyz')).not.toMatch(/marathon|mesos/i);
  expect((await read('/metrics')).replaceAll(/microscaling_marathon_\w+/g, '')).not.toMatch(
    /marathon|mesos/i,
  );
});

it('runs the same policy on the registered scheduler in memory', async () => {
  const { state } = await operatorOn('memory', new Map());
  await until('6 slots to be shared', () => {
    const running = state
      .view()
      .pools.flatMap(({ policies }) => policies.flatMap(({ apps }) => apps.map((each) => each.running)));
    return running.toSorted().join() === '2,4';
  });
});

it('names the schedulers there are when another one is asked for', async () => {
  await expect(operatorOn('nomad', new Map())).rejects.toThrow(
    `there is no scheduler 'nomad'; use one of ${[...Object.keys(SCHEDULERS), 'toy'].join(', ')}`,
  );
});

it('runs one policy over two schedulers, and says who is where', async () => {
  const apps: ToyApps = new Map([['ball', { instances: 0 }]]);
  const [front] = policy.spec.apps;
  const back = {
    name: 'back',
    priority: 2,
    instances: { min: 1 },
    remainder: {},
    toy: { name: 'ball' },
  };
  const spanning = { ...policy, spec: { ...policy.spec, apps: [front, back] } };
  const { state, url } = await operatorWith(dump(spanning), {
    scheduler: 'memory',
    schedulers: { ...SCHEDULERS, toy: toyScheduler(apps) },
  });
  await until('6 slots to be shared', () => apps.get('ball')?.instances === 4);
  const shown = (): readonly (readonly unknown[])[] =>
    state
      .view()
      .pools.flatMap(({ policies }) => policies.flatMap((each) => each.apps))
      .map(({ id, scheduler, running }) => [id, scheduler, running]);
  const here = [
    ['/shop/front', 'the scheduler', 2],
    ['toy ball', 'the toy box', 4],
  ];
  await until('all of it to run where it is', () => isDeepStrictEqual(shown(), here));
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  expect(metrics).toContain(
    'microscaling_app_scheduler_info{policy="default/shop",app="toy ball",scheduler="the toy box"} 1',
  );
});

describe('an operator that was told of no Marathon', () => {
  const start = (text: string, apps: ToyApps) =>
    operatorWith(text, { schedulers: { ...SCHEDULERS, toy: toyScheduler(apps) } });
  const readiness = async (url: string) => (await fetch(new URL('/readyz', url))).status;

  it('is ready without a policy, and says that none needs a cluster', async () => {
    const { url, state } = await start('', new Map());
    await until('it to be ready', async () => (await readiness(url)) === 200);
    expect(state.view().cluster).toMatchObject({ reachable: true, message: 'no policy needs a cluster yet' });
  });

  it('runs policies whose apps all live elsewhere', async () => {
    const apps: ToyApps = new Map([['ball', { instances: 0 }]]);
    const only = { name: 'back', priority: 1, instances: { min: 1 }, remainder: {}, toy: { name: 'ball' } };
    const text = dump({ ...policy, spec: { ...policy.spec, apps: [only] } });
    const { url, state } = await start(text, apps);
    await until('all slots to be filled', () => apps.get('ball')?.instances === 6);
    await until('it to be ready', async () => (await readiness(url)) === 200);
    expect(state.view().clusters.map(({ scheduler }) => scheduler)).toEqual(['the toy box']);
    expect(state.view().cluster.reachable).toBe(true);
  });

  it('says of an app that needs one that no Marathon is named', async () => {
    const { state } = await start(dump(policy), new Map());
    const applied = () =>
      state
        .view()
        .pools.flatMap(({ policies }) => policies.flatMap(({ conditions }) => conditions))
        .find(({ type }) => type === 'Applied')?.message;
    await until('it to be said', () => applied()?.includes('no Marathon is named') === true);
    expect(state.view().ready).toBe(false);
  });
});
