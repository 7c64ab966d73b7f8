// What tests against a real engine have in common: a scheduler, the changes that an operator asks it for, and what is seen.

import { onTestFinished } from 'vitest';
import type { AppDefinition } from '../../../src/api/policy.ts';
import type { Change } from '../../../src/core/change.ts';
import type { AppObservation } from '../../../src/core/observation.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { DockerDeps } from '../../../src/schedulers/docker/config.ts';
import { createDockerScheduler } from '../../../src/schedulers/docker/index.ts';
import type { EngineConfig } from '../../../src/schedulers/docker-engine/spec.ts';
import type { ApplyResult, ReportingScheduler } from '../../../src/schedulers/scheduler.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { BUSYBOX_IMAGE, type TestEngine } from '../docker-engine/real-engine.ts';

export const never = new AbortController().signal;
export const APP = '/shop/batch';

/** Runs until it is stopped, and goes at once: nobody in the image hears SIGTERM. */
export const SLEEPER: AppDefinition = {
  image: BUSYBOX_IMAGE,
  command: ['sleep', '600'],
  stopSignal: 'SIGKILL',
};

type CreateOf = Extract<Change, { kind: 'create' }>;
type UpdateOf = Extract<Change, { kind: 'update' }>;

export interface DockerWorld {
  readonly scheduler: ReportingScheduler;
  create(instances: number, definition?: AppDefinition, more?: Partial<CreateOf>): Promise<ApplyResult>;
  scale(to: number, more?: Partial<Extract<Change, { kind: 'scale' }>>): Promise<ApplyResult>;
  update(definition: AppDefinition, more?: Partial<UpdateOf>): Promise<ApplyResult>;
  apply(change: Change): Promise<ApplyResult>;
  /** Throws when there is no such app. */
  look(): Promise<AppObservation>;
  /** The observation, once it is as `expected` says. */
  seen(what: string, expected: (app: AppObservation) => boolean): Promise<AppObservation>;
  running(count: number): Promise<AppObservation>;
  /** Names of the app's containers that run. */
  names(): Promise<readonly string[]>;
}

export function dockerWorld(
  engine: TestEngine,
  {
    deps = {},
    config = {},
  }: { readonly deps?: Partial<DockerDeps>; readonly config?: Partial<EngineConfig> } = {},
): DockerWorld {
  const scheduler = createDockerScheduler(
    { host: engine.host, deadlineMs: 60_000, resyncMs: 60_000, ...config },
    { clock: systemClock, log: silentLogger, values: fakeValues({ SECRET: 's3cr3t' }), ...deps },
  );
  onTestFinished(async () => {
    // What a closed client has begun may still come about.
    await apply({ kind: 'delete', app: APP, reason: 'test' }).catch(() => undefined);
    await scheduler.close();
    await engine.removeContainers();
  });
  const apply = (change: Change): Promise<ApplyResult> => scheduler.apply(change, never);
  const look = async (): Promise<AppObservation> => {
    const app = (await scheduler.observe([APP], never)).apps.get(APP);
    if (app === undefined) throw new Error('there is no such app');
    return app;
  };
  const seen = (what: string, expected: (app: AppObservation) => boolean): Promise<AppObservation> =>
    until(what, async () => {
      const app = await look();
      return expected(app) ? app : undefined;
    });
  const definition = SLEEPER;
  return {
    scheduler,
    apply,
    look,
    seen,
    create: (instances, asked = definition, more = {}) =>
      apply({
        ...{
          kind: 'create',
          app: APP,
          instances,
          definition: asked,
          envFrom: [],
          owner: 'default/shop',
          reason: 'test',
        },
        ...more,
      }),
    scale: (to, more = {}) => apply({ kind: 'scale', app: APP, from: 0, to, reason: 'test', ...more }),
    update: (asked, more = {}) =>
      apply({
        ...{ kind: 'update', app: APP, definition: asked, envFrom: [], fields: [], reason: 'test' },
        ...more,
      }),
    running: (count) =>
      seen(`${count} running`, ({ running, killing }) => running === count && killing === 0),
    names: async () =>
      (await engine.docker('ps', '--format', '{{.Names}}'))
        .split('\n')
        .filter((name) => name !== '')
        .toSorted(),
  };
}
