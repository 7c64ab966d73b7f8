import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../src/api/conditions.ts';
import type { ResourceKey } from '../../../../src/api/policy.ts';
import type { PolicyRecord } from '../../../../src/controller/policies/records.ts';
import type { WriteResult } from '../../../../src/controller/round/act.ts';
import {
  changeEvents,
  conditionEvents,
  versionEvents,
} from '../../../../src/controller/status/events/event-rules.ts';
import type { Change, FieldDiff } from '../../../../src/core/change.ts';
import { MARATHON_WORDS } from '../../../../src/schedulers/marathon/words.ts';

describe('a change', () => {
  const create = (instances: number): WriteResult['change'] => ({
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
  ])('has the event $message', ({ instances, message }) => {
    expect(changeEvents({ change: create(instances), result: 'accepted' }, MARATHON_WORDS)).toEqual([
      { type: 'Normal', reason: 'Created', object: 'app /shop/orders', message },
    ]);
  });

  it.each(['failed', 'postponed'] as const)('has no event when it was %s', (result) => {
    expect(changeEvents({ change: create(1), result }, MARATHON_WORDS)).toEqual([]);
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
    changeEvents({ change: update(fields), result: 'accepted' }, MARATHON_WORDS).map(
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

describe('a version', () => {
  const accepted = (status: Condition['status'], observedGeneration: number): readonly Condition[] => [
    {
      type: 'Accepted',
      status,
      reason: status === 'True' ? 'Valid' : 'InvalidSpec',
      message: 'so it is',
      lastTransitionTime: '',
      observedGeneration,
    },
  ];
  const told = (before: readonly Condition[], after: readonly Condition[]): readonly string[] => {
    const latest = {
      place: 'git shop.yaml:1',
      revision: `main@sha1:${'0123456789abcdef'.repeat(2)}01234567`,
    };
    const record = { key: 'default/shop' as ResourceKey, latest: latest as PolicyRecord['latest'] };
    const transitions = conditionEvents('policy default/shop', before, after);
    return versionEvents(transitions, record, { before, after }).map(
      ({ reason, message }) => `${reason}: ${message}`,
    );
  };

  it.each([
    [
      'the first',
      [],
      accepted('True', 1),
      ['PolicyAccepted: so it is: git shop.yaml:1 (main@sha1:0123456789ab)'],
    ],
    [
      'another',
      accepted('True', 1),
      accepted('True', 2),
      ['PolicyChanged: generation 2 is in effect: git shop.yaml:1 (main@sha1:0123456789ab)'],
    ],
    ['the same', accepted('True', 2), accepted('True', 2), []],
    ['one that is counted anew after a restart', accepted('True', 9), accepted('True', 1), []],
    ['a bad one', accepted('True', 1), accepted('False', 1), ['InvalidSpec: so it is']],
    [
      'one that is good again',
      accepted('False', 1),
      accepted('True', 2),
      ['PolicyAccepted: so it is: git shop.yaml:1 (main@sha1:0123456789ab)'],
    ],
  ])('has an event with its place and commit: %s', (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});
