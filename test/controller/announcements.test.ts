import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/controller/act.ts';
import { deedOf } from '../../src/controller/announcements.ts';
import type { Change, FieldDiff } from '../../src/core/change.ts';

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

describe('an update', () => {
  const update = (fields: FieldDiff[]): Change => ({
    kind: 'update',
    app: '/a',
    definition: {},
    envFrom: [{ name: 'KEY', from: { fromEnv: 'QUEUE_KEY' }, optional: false }],
    fields,
    reason: 'differs',
  });
  const told = (...fields: FieldDiff[]) =>
    deedOf({ change: update(fields), result: 'accepted' }).map(
      ({ reason, message }) => `${reason}: ${message}`,
    );

  it('says that a secret was rotated, and which, but not what it is', () => {
    expect(told({ field: 'env.KEY', before: '(secret)', after: '(new secret)' })).toEqual([
      'Updated: differs',
      'SecretRotated: KEY has a new value, so its tasks restart with it',
    ]);
  });

  it.each([
    ['a secret that was not there before', { field: 'env.KEY', before: undefined, after: '(new secret)' }],
    ['a variable that is no secret', { field: 'env.RATE', before: '1', after: '2' }],
    ['another field', { field: 'cmd', before: 'a', after: 'b' }],
  ])('does not call %s a rotation', (_, field) => {
    expect(told(field)).toEqual(['Updated: differs']);
  });
});
