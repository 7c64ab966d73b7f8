import { describe, expect, it } from 'vitest';
import { observationOf } from '../../../src/schedulers/ecs/observation.ts';
import { factsOf } from '../../../src/schedulers/ecs/read/service.ts';
import { templateOf } from '../../../src/schedulers/ecs/read/task-definition.ts';

const NAME = { cluster: 'prod', service: 'worker' };

describe('tasks that the service counts and that are not listed yet', () => {
  it.each([
    ['not ready where health is checked', true, 0],
    ['ready where it is not', false, 2],
  ])('run, and are %s', (_, hasHealthChecks, ready) => {
    const facts = factsOf({ status: 'ACTIVE', desiredCount: 2, runningCount: 2, pendingCount: 0 }, NAME);
    if (facts === undefined) throw new Error('it is no service');
    const template = { ...templateOf({}), hasHealthChecks };
    const look = { state: 'seen', facts, template, tasks: [] } as const;
    const count = { requested: 2, version: '1', isOurs: false };
    expect(observationOf({ id: 'prod/worker', name: NAME, look, count })).toMatchObject({
      running: 2,
      ready,
    });
  });
});
