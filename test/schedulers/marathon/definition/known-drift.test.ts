import { describe, expect, it } from 'vitest';
import type { AppDefinition, EnvFrom } from '../../../../src/api/policy.ts';
import type { AppObservation } from '../../../../src/core/observation.ts';
import { KnownDrift } from '../../../../src/schedulers/marathon/definition/known-drift.ts';
import { fakeValues } from '../../../support/values.ts';

const ENV_FROM: readonly EnvFrom[] = [{ name: 'KEY', from: { fromEnv: 'KEY' }, optional: false }];

function observed(cmd: string): AppObservation {
  return {
    id: '/shop/orders',
    requested: 1,
    running: 1,
    staging: 0,
    killing: 0,
    unreachable: 0,
    ready: 1,
    waiting: 0,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: [],
    operations: [],
    owner: 'default/shop',
    definition: { id: '/shop/orders', cmd, instances: 1, env: { KEY: 'old' } },
  };
}

describe('differences that were found once', () => {
  const definition = { cmd: 'work', env: { KEY: 'old' } };
  const cmdOf = (drift: KnownDrift, wanted: AppDefinition, app: AppObservation) =>
    drift.of({ definition: wanted, envFrom: [] }, app, '1.10.0').find(({ field }) => field === 'cmd');

  it('are the same for the same objects', () => {
    const drift = new KnownDrift(fakeValues({}));
    const app = observed('other');
    const first = drift.of({ definition, envFrom: [] }, app, '1.10.0');
    expect(first).toContainEqual({ field: 'cmd', before: 'other', after: 'work' });
    expect(drift.of({ definition, envFrom: [] }, app, '1.10.0')).toBe(first);
  });

  it('are looked for again in another reading, and for another definition', () => {
    const drift = new KnownDrift(fakeValues({}));
    const app = observed('other');
    expect(cmdOf(drift, definition, app)).toBeDefined();
    expect(cmdOf(drift, definition, observed('work'))).toBeUndefined();
    expect(cmdOf(drift, { ...definition, cmd: 'other' }, app)).toBeUndefined();
    expect(cmdOf(drift, definition, app)).toBeDefined();
  });

  it('are looked for each time where a value may be another one by now', () => {
    const env: Record<string, string> = { KEY: 'old' };
    const drift = new KnownDrift(fakeValues(env));
    const app = observed('work');
    const fields = () =>
      drift.of({ definition: { cmd: 'work' }, envFrom: ENV_FROM }, app, '1.10.0').map(({ field }) => field);
    expect(fields()).not.toContain('env.KEY');
    env['KEY'] = 'new';
    expect(fields()).toContain('env.KEY');
  });
});
