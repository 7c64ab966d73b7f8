import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import type { AppDecision, AppInput } from '../../../src/core/decision.ts';
import { aBehavior, anInput, aSample, aScaled, exactly, notRead, T0 } from '../../support/builders.ts';

/** The second decision: the first one after a start keeps what is there. */
function decided(requested: number, over: Partial<AppInput>): AppDecision {
  const app = aScaled('web', requested, over);
  const { memory } = decide(anInput([app]));
  const [decision] = decide(anInput([app], { nowMs: T0 + 500, memory })).apps;
  if (decision === undefined) throw new Error('nothing was decided');
  return decision;
}

const orders = { ...exactly, name: 'orders' };
const mails = { ...exactly, name: 'mails' };

describe('several targets', () => {
  it('make what their formula says, and every number has its step', () => {
    const decision = decided(2, {
      targets: [orders, mails],
      readings: [aSample(3), aSample(8)],
      formula: 'max(orders, mails * 0.5)',
    });
    expect(decision.wanted).toBe(4);
    expect(decision.steps.map(({ rule, after }) => [rule, after])).toEqual([
      ['law', 3],
      ['law', 8],
      ['formula', 4],
    ]);
    expect(decision.summary).toBe('wanted 4: max(orders, mails * 0.5) = max(3, 8 * 0.5) = 4');
    expect(decision.steps[0]?.reason).toMatch(/^orders: /);
  });

  it('are clamped as ever', () => {
    const over = { targets: [orders], readings: [aSample(3)], formula: 'orders * 10', max: 6 };
    expect(decided(2, over)).toMatchObject({ wanted: 6, limitedBy: 'max' });
  });

  it('keep the count by a formula that needs what cannot be read', () => {
    const over = { targets: [orders, mails], readings: [aSample(1), notRead()], formula: 'orders + mails' };
    expect(decided(5, over)).toMatchObject({ wanted: 5, limitedBy: 'metric' });
  });
});

describe('a formula over targets that limit how many instances have something to do', () => {
  const partitions = (count: number) => ({ count, reason: `topic ${count} has ${count} partitions` });
  const limited = (waiting: number, most: number) => ({
    ...aSample(waiting),
    mostInstances: partitions(most),
  });
  const over = { targets: [orders, mails], formula: 'orders + mails * 2' };

  it('asks for no more than the largest of them, and its step says so', () => {
    const decision = decided(2, { ...over, readings: [limited(2, 3), limited(4, 5)] });
    expect(decision.wanted).toBe(5);
    expect(decision.steps.at(2)).toMatchObject({ rule: 'formula', after: 5 });
    expect(decision.summary).toBe(
      'wanted 5: orders + mails * 2 = 2 + 4 * 2 = 10; at most 5: topic 5 has 5 partitions',
    );
  });

  it('is as it was where it asks for less', () => {
    const { wanted, summary } = decided(2, { ...over, readings: [limited(1, 3), limited(2, 5)] });
    expect(wanted).toBe(5);
    expect(summary).not.toMatch(/at most/);
  });

  it('is not limited by some of them alone, nor by what cannot be read', () => {
    expect(decided(2, { ...over, readings: [limited(2, 3), aSample(4)] }).wanted).toBe(10);
    const { wanted, limitedBy } = decided(7, { ...over, readings: [limited(2, 3), notRead()] });
    expect({ wanted, limitedBy }).toEqual({ wanted: 7, limitedBy: 'metric' });
  });

  it('keeps the count where it gives no number', () => {
    const readings = [limited(2, 3), limited(0, 5)];
    expect(decided(7, { ...over, formula: 'orders / mails', readings }).wanted).toBe(7);
  });
});

describe('a target of its own terms', () => {
  it('asks for no more than its max', () => {
    const decision = decided(2, { targets: [{ ...orders, max: 4 }], readings: [aSample(9)] });
    expect(decision.wanted).toBe(4);
    expect(decision.summary).toMatch(/; at most 4 of the 9, by its max$/);
  });

  it('asks for no more than have something to do, and gives back those that have not', () => {
    const mostInstances = { count: 3, reason: 'topic orders has 3 partitions' };
    const over = { targets: [exactly], readings: [{ ...aSample(9), mostInstances }] };
    const decision = decided(2, over);
    expect(decision.wanted).toBe(3);
    expect(decision.summary).toMatch(/; at most 3: topic orders has 3 partitions$/);
    expect(decided(7, over).wanted).toBeLessThan(7);
    expect(decided(2, { ...over, readings: [{ ...aSample(3), mostInstances }] }).summary).not.toMatch(
      /at most/,
    );
    expect(decided(2, { ...over, min: 5 }).wanted).toBe(5);
  });

  it('leaves to others what it has no instances for', () => {
    const mostInstances = { count: 3, reason: 'topic orders has 3 partitions' };
    const readings = [{ ...aSample(9), mostInstances }, aSample(5)];
    expect(decided(2, { targets: [orders, mails], readings }).wanted).toBe(5);
  });

  it.each([
    { waiting: 5, from: 0, wanted: 0 },
    { waiting: 6, from: 0, wanted: 6 },
    { waiting: 5, from: 1, wanted: 5 },
  ])('with activateAt 5 wants $wanted of $waiting messages from $from', ({ waiting, from, wanted }) => {
    const over = { targets: [{ ...exactly, activateAt: 5 }], readings: [aSample(waiting)] };
    expect(decided(from, over).wanted).toBe(wanted);
  });

  it('fails in its own way, and keeps the rest of the behavior', () => {
    const behavior = aBehavior({ onMetricFailure: { staleAfter: '10s', action: 'Hold', after: '1m' } });
    const failing = (onMetricFailure?: { action: 'Fixed'; instances: number }) =>
      decided(2, {
        behavior,
        targets: [onMetricFailure === undefined ? exactly : { ...exactly, onMetricFailure }],
        readings: [notRead({ sinceMs: T0 - 61_000 })],
      }).wanted;
    expect(failing()).toBe(2);
    expect(failing({ action: 'Fixed', instances: 7 })).toBe(7);
  });
});
