import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../../src/api/policy.ts';
import { decide } from '../../../../src/core/decide.ts';
import type { AppDecision, AppInput } from '../../../../src/core/decision.ts';
import { drainTime, paceIn } from '../../../../src/core/law/rates/drain-time.ts';
import { anInput, aSample, aScaled, notRead, queueTarget, T0 } from '../../../support/builders.ts';

const counted = (waiting: number, splitMargin = 0) => ({ waiting, splitMargin });

describe('a drain time', () => {
  it.each([
    { name: 'of an empty queue is none, for sure', count: counted(0), pace: [20, 6], is: [0, 0] },
    // √((2·(0.03·100 + 0.3)/100)² + (6/20)²) = √(0.066² + 0.3²)
    { name: 'is doubtful as its service rate is', count: counted(100), pace: [20, 6], is: [5, 1.536] },
    // (2·0.33)/1: of one message nobody knows whether it is not taken already.
    {
      name: 'of a single message is doubtful as its count is',
      count: counted(1),
      pace: [20, 0],
      is: [0.05, 0.033],
    },
    {
      name: 'is doubtful as the split of its count is',
      count: counted(68, 32),
      pace: [20, 0],
      is: [3.4, 1.617],
    },
  ] as const)('$name', ({ count, pace: [perS, paceMargin], is: [seconds, margin] }) => {
    const found = drainTime(count, { perS, margin: paceMargin });
    expect(found.seconds).toBeCloseTo(seconds, 3);
    expect(found.margin).toBeCloseTo(margin, 3);
  });

  it.each([
    {
      name: 'is that of all that serve',
      figures: { servicePerS: 5, servicePerSMargin: 1 },
      ready: 4,
      is: [20, 4],
    },
    { name: 'is not known while nobody serves', figures: { servicePerS: 5, servicePerSMargin: 1 }, ready: 0 },
    { name: 'is not known before the service rate is', figures: { waiting: 5 }, ready: 4 },
    { name: 'is not told without its margin', figures: { servicePerS: 5 }, ready: 4 },
  ])('has a pace that $name', ({ figures, ready, is }) => {
    const expected = is === undefined ? null : { perS: is[0], margin: is[1] };
    expect(paceIn(figures, { ready })).toEqual(expected);
  });
});

describe('a decision', () => {
  const timed = (serviceRate: number, name?: string): TargetSpec => {
    const { queueLength: _none, ...target } = queueTarget(1, 'Fluid');
    const algorithm = { type: 'Fluid', fluid: { serviceRate } } as const;
    return { ...target, drainTime: '30s', algorithm, ...(name !== undefined && { name }) };
  };

  function decided(over: Partial<AppInput>): AppDecision {
    const app = aScaled('web', 4, over);
    const { memory } = decide(anInput([app]));
    const [decision] = decide(anInput([app], { nowMs: T0 + 500, memory })).apps;
    if (decision === undefined) throw new Error('nothing was decided');
    return decision;
  }

  it('tells of each drain time how fast its own queue is worked off', () => {
    const targets = [timed(5, 'orders'), queueTarget(50, 'Fluid'), timed(2, 'mails'), timed(3, 'unread')];
    const readings = [aSample(100), aSample(9), aSample(7), notRead()];
    const { paces } = decided({ targets, readings });
    const near = (perS: number) => ({ perS: expect.closeTo(perS, 0), margin: expect.any(Number) });
    expect(paces).toEqual([near(20), null, near(8), null]);
  });

  it('tells nothing of it where no target is one', () => {
    expect(decided({ targets: [queueTarget(50, 'Fluid')], readings: [aSample(9)] })).not.toHaveProperty(
      'paces',
    );
    const unread = decided({ targets: [timed(5)], readings: [notRead()] });
    expect(unread.paces).toEqual([null]);
  });
});
