import { describe, expect, it } from 'vitest';
import type { AppSpec } from '../../../src/api/policy.ts';
import {
  checkForeignScale,
  NEW_TRACK,
  noteAccepted,
  noteAdrift,
  noteAsked,
  type Track,
} from '../../../src/controller/foreign-scale/foreign-scale.ts';
import { observed, T0 } from '../../support/builders.ts';

const hold: AppSpec['manualScale'] = { action: 'Hold', holdFor: '10m' };
const revert: AppSpec['manualScale'] = { action: 'Revert', holdFor: '10m' };

function look(
  track: Track,
  requested: number,
  over: { at?: number; scaledAt?: number; rule?: typeof hold } = {},
) {
  const lastScalingAtMs = over.scaledAt ?? T0;
  return checkForeignScale(track, {
    observed: observed(requested, { lastScalingAtMs }),
    rule: over.rule ?? hold,
    nowMs: over.at ?? T0,
    wallAheadMs: 0,
  });
}

/** We asked for `n` and Marathon took it. */
function ours(track: Track, n: number): Track {
  return noteAccepted(noteAsked(track, n), n);
}

const seen5 = ours(look(NEW_TRACK, 5).track, 5);

describe('the origin of a count', () => {
  const rows = [
    {
      name: 'the first count that is seen',
      track: NEW_TRACK,
      requested: 7,
      scaledAt: T0 + 1,
      foreign: false,
    },
    {
      name: 'the count that we asked for',
      track: noteAsked(seen5, 8),
      requested: 8,
      scaledAt: T0 + 1,
      foreign: false,
    },
    {
      name: 'the count that we saw last',
      track: noteAsked(seen5, 8),
      requested: 5,
      scaledAt: T0,
      foreign: false,
    },
    {
      name: 'a count that we neither asked for nor saw',
      track: ours(seen5, 8),
      requested: 6,
      scaledAt: T0 + 1,
      foreign: true,
    },
    {
      name: 'the count before our write, scaled to after it',
      track: ours(seen5, 8),
      requested: 5,
      scaledAt: T0 + 1,
      foreign: true,
    },
    {
      name: 'a count that we neither asked for nor saw, where nothing was scaled since',
      track: seen5,
      requested: 6,
      scaledAt: T0,
      foreign: false,
    },
  ] as const;

  it.each(rows)('$name: foreign $foreign', ({ track, requested, scaledAt, foreign }) => {
    expect(look(track, requested, { scaledAt }).foreignChange !== undefined).toBe(foreign);
  });

  describe('a count of ours that was never answered', () => {
    const late = ours(noteAdrift(noteAsked(seen5, 3), 3, T0), 8);
    const landed = look(late, 3, { scaledAt: T0 + 1, at: T0 + 299_999 });

    it('is ours when it lands late, over a newer one', () => {
      expect(landed.foreignChange).toBeUndefined();
      expect(landed.held).toBeUndefined();
    });

    it('lands once: a second time it is somebody', () => {
      const back = look(ours(landed.track, 8), 3, { scaledAt: T0 + 2, at: T0 + 299_999 });
      expect(back.foreignChange).toEqual({ from: 8, to: 3 });
    });

    it('is not waited for for ever, and excuses no other count', () => {
      expect(look(late, 3, { scaledAt: T0 + 1, at: T0 + 300_000 }).foreignChange).toBeDefined();
      expect(look(late, 4, { scaledAt: T0 + 1 }).foreignChange).toBeDefined();
    });
  });

  it('goes without versionInfo where Marathon gives none', () => {
    const bare = { observed: observed(6), rule: hold, nowMs: T0, wallAheadMs: 0 };
    expect(
      checkForeignScale(checkForeignScale(NEW_TRACK, { ...bare, observed: observed(5) }).track, bare)
        .foreignChange,
    ).toEqual({
      from: 5,
      to: 6,
    });
  });
});

describe('the reaction to a foreign scale', () => {
  it('Hold keeps it until holdFor after the last change', () => {
    const first = look(seen5, 2, { scaledAt: T0 + 1 });
    expect(first).toMatchObject({ held: { instances: 2 }, situation: 'manual' });
    expect(first.held?.reason).toContain('2026-01-01T00:10:00Z');
    expect(look(first.track, 2, { scaledAt: T0 + 1, at: T0 + 599_999 }).held?.instances).toBe(2);
    expect(look(first.track, 2, { scaledAt: T0 + 1, at: T0 + 600_000 }).held).toBeUndefined();
  });

  it('Adopt keeps it for this round only', () => {
    const rule = { ...hold, action: 'Adopt' } as const;
    const first = look(seen5, 2, { scaledAt: T0 + 1, rule });
    expect(first).toMatchObject({ held: { instances: 2 }, situation: 'none' });
    expect(look(first.track, 2, { scaledAt: T0 + 1, rule, at: T0 + 500 }).held).toBeUndefined();
  });

  it('Revert wants our own count back', () => {
    expect(look(seen5, 2, { scaledAt: T0 + 1, rule: revert }).held?.instances).toBe(5);
  });
});

describe('alternating counts', () => {
  /** Others set `theirs`, we answer with 5, `times` times, `everyMs` apart. */
  function fight(times: number, everyMs: number, answer = true) {
    let track: Track = seen5;
    let verdict = look(track, 5);
    for (let i = 1; i <= times; i++) {
      const at = T0 + i * everyMs;
      verdict = look(track, 10 + i, { scaledAt: at, at, rule: revert });
      track = answer ? ours(verdict.track, 5) : verdict.track;
    }
    return verdict;
  }

  it('three within a minute, each answered by us, are a conflict', () => {
    expect(fight(2, 10_000).situation).toBe('none');
    expect(fight(3, 10_000)).toMatchObject({ situation: 'conflict', held: { instances: 13 } });
  });

  it('three that are further apart are not', () => {
    expect(fight(3, 31_000).situation).toBe('none');
  });

  it('one person who changes their mind is not', () => {
    expect(fight(5, 1_000, false).situation).toBe('none');
  });

  it('ends when nobody has touched the count for holdFor', () => {
    const conflict = fight(3, 10_000);
    const scaledAt = T0 + 30_000;
    const again = look(conflict.track, 4, { scaledAt: T0 + 100_000, at: T0 + 100_000 });
    expect(again.situation).toBe('conflict');
    expect(look(again.track, 4, { scaledAt, at: T0 + 699_999 }).situation).toBe('conflict');
    expect(look(again.track, 4, { scaledAt, at: T0 + 700_000 })).toMatchObject({ situation: 'none' });
  });
});

describe('a workload that is deleted and made anew between two looks', () => {
  const lookAt = (track: Track, requested: number, uid?: string) =>
    checkForeignScale(track, {
      observed: observed(requested, { lastScalingAtMs: T0 + requested, ...(uid !== undefined && { uid }) }),
      rule: hold,
      nowMs: T0,
      wallAheadMs: 0,
    });

  it('begins with its own count, which nobody has set by hand', () => {
    const before = ours(lookAt(NEW_TRACK, 5, 'first').track, 8);
    const after = lookAt(before, 3, 'second');
    expect(after).toMatchObject({ situation: 'none', track: { seen: { requested: 3, uid: 'second' } } });
    expect(after.foreignChange).toBeUndefined();
    // What was asked of the first one is not ours on the second one.
    expect(lookAt(after.track, 8, 'second').foreignChange).toEqual({ from: 3, to: 8 });
  });

  it.each([
    ['the same one', 'first'],
    ['one of which that is not known', undefined],
  ])('is told from %s, whose count somebody has set', (_, uid) => {
    const before = ours(lookAt(NEW_TRACK, 5, 'first').track, 8);
    expect(lookAt(before, 3, uid).foreignChange).toEqual({ from: 8, to: 3 });
  });
});
