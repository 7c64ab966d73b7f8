import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/controller/act.ts';
import { deedOf } from '../../src/controller/announcements.ts';

describe('a deed', () => {
  const create = (instances: number): Outcome['change'] => ({
    kind: 'create',
    app: '/shop/orders',
    instances,
    definition: {},
    envFrom: [],
    owner: 'default/shop',
    reason: 'it is not there',
  });

  it.each([
    { instances: 0, message: 'created with 0 instances' },
    { instances: 1, message: 'created with 1 instance' },
    { instances: 3, message: 'created with 3 instances' },
  ])('is told as $message', ({ instances, message }) => {
    expect(deedOf({ change: create(instances), result: 'accepted' })).toEqual([
      { type: 'Normal', reason: 'Created', object: 'app /shop/orders', message },
    ]);
  });

  it.each(['failed', 'postponed'] as const)('that was %s is not told', (result) => {
    expect(deedOf({ change: create(1), result })).toEqual([]);
  });
});
