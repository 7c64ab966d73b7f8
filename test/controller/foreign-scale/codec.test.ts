import { describe, expect, it } from 'vitest';
import { readTrack, storedTrack } from '../../../src/controller/foreign-scale/codec.ts';
import {
  checkForeignScale,
  NEW_TRACK,
  type Track,
} from '../../../src/controller/foreign-scale/foreign-scale.ts';
import { observed, T0 } from '../../support/builders.ts';

const HOUR_MS = 3_600_000;
const holding: Track = {
  ...NEW_TRACK,
  asked: 9,
  seen: { requested: 5, lastScalingAtMs: T0 },
  hold: { instances: 5, untilMs: T0 + HOUR_MS },
};

function throughStore(track: Track): Track | undefined {
  return readTrack(JSON.parse(JSON.stringify(storedTrack(track) ?? {})));
}

function look(track: Track | undefined, requested: number) {
  const now = observed(requested, { lastScalingAtMs: T0 + 60_000 });
  const rule = { action: 'Hold', holdFor: '2h' } as const;
  return checkForeignScale(track ?? NEW_TRACK, { observed: now, rule, nowMs: T0 + 120_000, wallAheadMs: 0 });
}

describe('a track over an absence', () => {
  it('is mostly nothing', () => {
    expect(storedTrack(NEW_TRACK)).toBeUndefined();
    expect(storedTrack({ ...NEW_TRACK, asked: 9, seen: { requested: 9 } })).toBeUndefined();
  });

  it.each([
    {
      name: 'a count that was held before is held on',
      track: holding,
      requested: 5,
      held: 5,
      foreignChange: undefined,
    },
    {
      name: 'a count that somebody set meanwhile is a foreign scale',
      track: holding,
      requested: 7,
      held: 7,
      foreignChange: { from: 5, to: 7 },
    },
    {
      name: 'a count that was not held is taken as it is',
      track: { ...NEW_TRACK, asked: 9, seen: { requested: 9 } },
      requested: 4,
      held: undefined,
      foreignChange: undefined,
    },
    {
      name: 'a conflict goes on until its end',
      track: { ...NEW_TRACK, conflictUntilMs: T0 + HOUR_MS },
      requested: 4,
      held: 4,
      foreignChange: undefined,
    },
    {
      name: 'a write of ours that took effect late is no foreign scale',
      track: { ...holding, adrift: [{ instances: 7, untilMs: T0 + 300_000 }] },
      requested: 7,
      held: 5,
      foreignChange: undefined,
    },
  ])('$name', ({ track, requested, held, foreignChange }) => {
    const verdict = look(throughStore(track), requested);
    expect(verdict.held?.instances).toBe(held);
    expect(verdict.foreignChange).toEqual(foreignChange);
  });

  it.each([null, 'text', [], { hold: { instances: 'many', untilMs: 1 } }, { adrift: [null, 3] }])(
    'reads %j as nothing',
    (raw) => {
      expect(look(readTrack(raw), 4)).toMatchObject({ situation: 'none' });
    },
  );
});
