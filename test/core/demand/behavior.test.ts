import { describe, expect, it } from 'vitest';
import type { BehaviorSpec } from '../../../src/api/policy.ts';
import { type BehaviorMemory, noteChange, shape } from '../../../src/core/demand/behavior.ts';
import { timingOf } from '../../../src/core/demand/timing.ts';
import { aBehavior, scalingRules, T0 } from '../../support/builders.ts';

interface Round {
  readonly atS: number;
  readonly wanted: number;
  readonly need?: number;
}

/** Shapes round after round, the count following at once; returns the counts. */
function counts(
  behavior: BehaviorSpec,
  start: number,
  rounds: readonly Round[],
  holdMs = 0,
): readonly number[] {
  const timing = timingOf(behavior);
  let memory: BehaviorMemory = {};
  let asked = start;
  return rounds.map(({ atS, wanted, need = wanted }) => {
    const nowMs = T0 + atS * 1000;
    const shaped = shape({ asked, wanted, need, holdMs, nowMs }, memory, { behavior, timing });
    memory = noteChange(shaped.memory, { from: asked, to: shaped.wanted, nowMs }, timing.periodMs);
    asked = shaped.wanted;
    return asked;
  });
}

const every = (seconds: number, wanted: readonly number[]): readonly Round[] =>
  wanted.map((n, k) => ({ atS: k * seconds, wanted: n }));

describe('scaling from zero', () => {
  const percent = { type: 'Percent', value: 100, periodSeconds: 5 } as const;

  it.each([
    ['a share of nothing', scalingRules({ policies: [percent] })],
    [
      'the smallest of several',
      scalingRules({
        policies: [percent, { type: 'Instances', value: 4, periodSeconds: 60 }],
        selectPolicy: 'Min',
      }),
    ],
    ['a tolerance of everything', scalingRules({ policies: [percent], tolerance: 1 })],
  ])('allows the first instance whatever the pace: %s', (_name, scaleUp) => {
    expect(counts(aBehavior({ scaleUp }), 0, every(5, [4, 4, 4, 4])).slice(0, 1)).toEqual([1]);
  });

  it('names the limit, with its numbers', () => {
    const behavior = aBehavior({ scaleUp: scalingRules({ policies: [percent] }) });
    const input = { asked: 0, wanted: 4, need: 4, holdMs: 0, nowMs: T0 };
    const { steps, limitedBy } = shape(input, {}, { behavior, timing: timingOf(behavior) });
    expect(limitedBy).toBe('behavior');
    const reason = 'the first instance is always allowed; scaleUp allows 100 % in 5 s';
    expect(steps).toEqual([{ rule: 'behavior', before: 4, after: 1, reason }]);
  });

  it('stays where growing is disabled', () => {
    const behavior = aBehavior({ scaleUp: scalingRules({ selectPolicy: 'Disabled' }) });
    expect(counts(behavior, 0, every(5, [4, 4]))).toEqual([0, 0]);
  });
});

describe('a limit says when more is allowed', () => {
  it('as long as changes count against the period', () => {
    const policies = [{ type: 'Instances', value: 2, periodSeconds: 15 }] as const;
    const behavior = aBehavior({ scaleUp: scalingRules({ policies }) });
    const timing = timingOf(behavior);
    const memory = noteChange({}, { from: 1, to: 3, nowMs: T0 }, timing.periodMs);
    const input = { asked: 3, wanted: 9, need: 9, holdMs: 0, nowMs: T0 + 4_000 };
    const { steps } = shape(input, memory, { behavior, timing });
    expect(steps).toMatchObject([{ after: 3, reason: 'scaleUp allows 2 in 15 s, more in 11 s' }]);
  });

  it('in numbers that people read', () => {
    const behavior = aBehavior({ giveBackAfter: '0s' });
    const input = { asked: 5, wanted: 2, need: 5, holdMs: 13_388.8687, nowMs: T0 };
    const { steps } = shape(input, {}, { behavior, timing: timingOf(behavior) });
    expect(steps[0]?.reason).toBe('a lower need must last 13 s');
  });
});

describe('giveBackAfter', () => {
  const behavior = aBehavior({ giveBackAfter: '10s' });

  it('waits until a lower need has lasted', () => {
    expect(counts(behavior, 5, every(5, [5, 2, 2, 2, 2]))).toEqual([5, 5, 2, 2, 2]);
  });

  it('goes down to the largest need of the last ten seconds', () => {
    expect(counts(behavior, 9, every(4, [9, 6, 4, 7, 2, 2, 2, 2]))).toEqual([9, 9, 9, 7, 7, 7, 2, 2]);
  });

  it('goes up at once', () => {
    expect(counts(behavior, 5, every(1, [5, 2, 8, 2]))).toEqual([5, 5, 8, 8]);
  });

  it('lets a law that is lower for long go at its own pace', () => {
    // SimpleQueue says one fewer, needs nothing: ten seconds after the last need it goes down round by round
    const rounds = [5, 4, 4, 4, 3, 2].map((wanted, k) => ({ atS: k * 5, wanted, need: k === 0 ? 5 : 0 }));
    expect(counts(behavior, 5, rounds)).toEqual([5, 5, 4, 4, 3, 2]);
  });

  it('lasts at least as long as the law looks ahead', () => {
    expect(counts(behavior, 5, every(10, [5, 2, 2, 2, 2]), 30_000)).toEqual([5, 5, 5, 2, 2]);
  });

  it('says so', () => {
    const timing = timingOf(behavior);
    const shaped = shape(
      { asked: 5, wanted: 2, need: 2, holdMs: 0, nowMs: T0 },
      { needs: [T0 - 1_000, 5] },
      { behavior, timing },
    );
    expect(shaped.steps).toEqual([
      { rule: 'giveBack', before: 2, after: 5, reason: 'a lower need must last 10 s by giveBackAfter' },
    ]);
    expect(shaped.limitedBy).toBe('behavior');
  });
});

describe('HorizontalPodAutoscaler’s behavior', () => {
  it.each([
    {
      name: 'scaleUp waits for its stabilization window',
      behavior: aBehavior({ scaleUp: scalingRules({ stabilizationWindowSeconds: 10 }) }),
      start: 2,
      rounds: every(5, [2, 8, 6, 8, 8]),
      counts: [2, 2, 6, 6, 8],
    },
    {
      name: 'scaleDown waits for its own stabilization window',
      behavior: aBehavior({ scaleDown: scalingRules({ stabilizationWindowSeconds: 10 }) }),
      start: 8,
      rounds: every(5, [8, 2, 2, 2]),
      counts: [8, 8, 2, 2],
    },
    {
      name: 'adds at most two instances in ten seconds',
      behavior: aBehavior({
        scaleUp: scalingRules({ policies: [{ type: 'Instances', value: 2, periodSeconds: 10 }] }),
      }),
      start: 2,
      rounds: every(5, [9, 9, 9, 9, 9]),
      counts: [4, 4, 6, 6, 8],
    },
    {
      name: 'adds at most half more in ten seconds, rounded up',
      behavior: aBehavior({
        scaleUp: scalingRules({ policies: [{ type: 'Percent', value: 50, periodSeconds: 10 }] }),
      }),
      start: 3,
      rounds: every(5, [99, 99, 99, 99, 99]),
      counts: [5, 5, 8, 8, 12],
    },
    {
      name: 'takes at most one instance away in ten seconds',
      behavior: aBehavior({
        scaleDown: scalingRules({ policies: [{ type: 'Instances', value: 1, periodSeconds: 10 }] }),
      }),
      start: 5,
      rounds: every(5, [0, 0, 0, 0, 0]),
      counts: [4, 4, 3, 3, 2],
    },
    {
      name: 'what was added in the period counts against what is taken away',
      behavior: aBehavior({
        scaleDown: scalingRules({ policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] }),
      }),
      start: 4,
      rounds: every(5, [10, 0, 0]),
      // the period began with 4: half of it is 2
      counts: [10, 2, 2],
    },
    {
      name: 'goes by the widest of several policies',
      behavior: aBehavior({
        scaleUp: scalingRules({
          policies: [
            { type: 'Instances', value: 4, periodSeconds: 10 },
            { type: 'Percent', value: 100, periodSeconds: 10 },
          ],
        }),
      }),
      start: 2,
      rounds: every(10, [99, 99]),
      counts: [6, 12],
    },
    {
      name: 'goes by the narrowest policy with selectPolicy Min',
      behavior: aBehavior({
        scaleUp: scalingRules({
          selectPolicy: 'Min',
          policies: [
            { type: 'Instances', value: 4, periodSeconds: 10 },
            { type: 'Percent', value: 100, periodSeconds: 10 },
          ],
        }),
      }),
      start: 2,
      rounds: every(10, [99, 99]),
      counts: [4, 8],
    },
    {
      name: 'does not scale with selectPolicy Disabled',
      behavior: aBehavior({ scaleDown: scalingRules({ selectPolicy: 'Disabled' }) }),
      start: 5,
      rounds: every(10, [0, 7, 0]),
      counts: [5, 7, 7],
    },
    {
      name: 'a tolerance keeps small changes back',
      behavior: aBehavior({ scaleUp: scalingRules({ tolerance: 0.1 }) }),
      start: 20,
      rounds: every(10, [22, 23, 22]),
      counts: [20, 23, 22],
    },
  ])('$name', ({ behavior, start, rounds, counts: expected }) => {
    expect(counts(behavior, start, rounds)).toEqual(expected);
  });
});

describe('maxStep', () => {
  it('bounds one decision both ways', () => {
    const behavior = aBehavior({ maxStep: 2 });
    expect(counts(behavior, 5, every(1, [9, 9, 9, 0, 0]))).toEqual([7, 9, 9, 7, 5]);
  });
});

describe('memory', () => {
  it('keeps changes only where a policy looks back', () => {
    const memory = noteChange({}, { from: 2, to: 5, nowMs: T0 }, 0);
    expect(memory).toEqual({});
    expect(noteChange({}, { from: 2, to: 5, nowMs: T0 }, 10_000)).toEqual({ added: [[T0, 3]], removed: [] });
  });
});
