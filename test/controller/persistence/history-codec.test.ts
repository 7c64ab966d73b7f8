import { expect, it } from 'vitest';
import { CONDITION_TYPES } from '../../../src/api/conditions.ts';
import { readConditions, readEvent } from '../../../src/controller/persistence/history-codec.ts';

const event = { atMs: 1, type: 'Normal', reason: 'OfAnotherVersion', object: 'operator', message: 'm' };
const lastTransitionTime = '2026-01-01T00:00:00Z';
const conditions = CONDITION_TYPES.map((type) => {
  return { type, status: 'True', reason: 'Valid', message: 'm', lastTransitionTime, observedGeneration: 1 };
});

it('an event of a later version is read without the fields that it has more', () => {
  expect(readEvent({ ...event, later: true })).toEqual(event);
});

it.each([
  null,
  [event],
  { ...event, atMs: '1' },
  { ...event, type: 'Fatal' },
  { ...event, message: undefined },
])('%j is no event that can be read', (raw) => {
  expect(readEvent(raw)).toBeUndefined();
});

it('conditions of a later version are read without the fields that they have more', () => {
  expect(readConditions(conditions.map((each) => ({ ...each, later: true })))).toEqual(conditions);
});

it.each([
  { what: 'with one missing', raw: conditions.slice(1) },
  { what: 'with an unknown reason', raw: [{ ...conditions[0], reason: 'Whim' }, ...conditions.slice(1)] },
  {
    what: 'with a time that is none',
    raw: conditions.map((each) => ({ ...each, lastTransitionTime: 'soon' })),
  },
  { what: 'with an unknown type beside them', raw: [...conditions, { ...conditions[0], type: 'Mood' }] },
  { what: 'that are no list', raw: { ...conditions } },
])('conditions $what are not read at all', ({ raw }) => {
  expect(readConditions(raw)).toBeUndefined();
});
