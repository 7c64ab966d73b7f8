// What tests of the ECS scheduler have in common: a fake that keeps its state, and a scheduler that looks often.

import { onTestFinished } from 'vitest';
import type { AppObservation } from '../../../src/core/observation.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { EcsSpec } from '../../../src/schedulers/ecs/block/index.ts';
import { type EcsDeps, EcsScheduler } from '../../../src/schedulers/ecs/index.ts';
import type { ReadTiming } from '../../../src/schedulers/ecs/read/reader.ts';
import type { ApplyResult } from '../../../src/schedulers/scheduler.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import type { FakeCluster } from './fake/fake-cluster.ts';
import { FakeEcs } from './fake/fake-ecs.ts';

export const never = new AbortController().signal;
export const APP = 'prod/orders';
export const AUTH = { accessKeyId: { fromEnv: 'KEY_ID' }, secretAccessKey: { fromEnv: 'KEY' } };
export const KEYS = { KEY_ID: 'AKIDEXAMPLE', KEY: 's3cr3t-access-key' };

/** Looks are taken as often as the fake's tasks change, and none is too old however slow the machine is. */
export const OFTEN: Partial<ReadTiming> = {
  movingMs: 20,
  stillMs: 20,
  registrationsMs: 20,
  listedForWhileMovingMs: 20,
  staleMs: 600_000,
};

export function schedulerAt(endpoint: string, deps: Partial<EcsDeps> = {}): EcsScheduler {
  return schedulerOf({ region: 'eu-west-1', endpoint, auth: AUTH }, deps);
}

export function schedulerOf(spec: EcsSpec, deps: Partial<EcsDeps> = {}): EcsScheduler {
  return new EcsScheduler(spec, {
    clock: systemClock,
    log: silentLogger,
    values: fakeValues(KEYS),
    env: {},
    random: () => 0,
    timing: OFTEN,
    budgets: { read: FAST, write: FAST },
    deadlineMs: 600_000,
    ...deps,
  });
}

/** Nothing that the tests do is to wait for the budget, but where they are about it. */
const FAST = { perSecond: 10_000, burst: 10_000 };

export interface EcsWorld {
  readonly fake: FakeEcs;
  readonly cluster: FakeCluster;
  readonly scheduler: EcsScheduler;
  /** Throws when there is no such app. */
  look(app?: string): Promise<AppObservation>;
  /** The observation, once it is as `expected` says. */
  seen(what: string, expected: (app: AppObservation) => boolean, app?: string): Promise<AppObservation>;
  running(count: number): Promise<AppObservation>;
  scale(to: number, more?: object): Promise<ApplyResult>;
}

export async function ecsWorld({
  machines,
  instances = 2,
  deps = {},
}: {
  readonly machines?: readonly number[];
  /** Of the service; none: it is not there. */
  readonly instances?: number | undefined;
  readonly deps?: Partial<EcsDeps>;
} = {}): Promise<EcsWorld> {
  const fake = new FakeEcs();
  await fake.start();
  const cluster = fake.cluster('prod', machines);
  if (instances > 0) cluster.create({ name: 'orders', desired: instances });
  const scheduler = schedulerAt(fake.endpoint, deps);
  onTestFinished(async () => {
    await scheduler.close();
    await fake.stop();
  });
  const look = async (app = APP): Promise<AppObservation> => {
    const found = (await scheduler.observe([app], never)).apps.get(app);
    if (found === undefined) throw new Error('there is no such service');
    return found;
  };
  const seen = (
    what: string,
    expected: (app: AppObservation) => boolean,
    app = APP,
  ): Promise<AppObservation> =>
    until(what, async () => {
      const found = await look(app);
      return expected(found) ? found : undefined;
    });
  return {
    fake,
    cluster,
    scheduler,
    look,
    seen,
    running: (count) =>
      seen(`${count} running`, ({ running, killing }) => running === count && killing === 0),
    scale: (to, over = {}) =>
      scheduler.apply({ kind: 'scale', app: APP, from: 0, to, reason: 'test', ...over }, never),
  };
}
