import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import type { AppDecision, AppInput } from '../../../src/core/decision.ts';
import {
  aBehavior,
  anInput,
  aSample,
  aScaled,
  exactly,
  notRead,
  queueTarget,
  T0,
} from '../../support/builders.ts';

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

describe('what one instance fewer and one more would have meant', () => {
  const fluid = {
    ...queueTarget(10, 'Fluid'),
    algorithm: { type: 'Fluid' as const, fluid: { serviceRate: 5 } },
  };
  const [asks, mail] = [
    { ...fluid, name: 'asks' },
    { ...fluid, name: 'mail' },
  ];
  const most = { count: 3, reason: 'topic has 3 partitions' };

  it.each([
    { name: 'the last', readings: [aSample(0), aSample(400)], target: 'mail' },
    { name: 'the first', readings: [aSample(400), aSample(0)], target: 'asks' },
  ])('is told of the target that asks for most, and whose it is: $name', ({ readings, target }) => {
    const { figures, alternativesOf } = decided(2, { targets: [asks, mail], readings, max: 90 });
    expect(alternativesOf).toEqual({ target });
    expect(figures).toHaveProperty('missChance');
  });

  it('is told of an only target without a word about whose it is', () => {
    const { figures, alternativesOf } = decided(2, { targets: [fluid], readings: [aSample(400)], max: 90 });
    expect(alternativesOf).toBeUndefined();
    expect(figures).toHaveProperty('missChance');
  });

  it('is told by its place of a target without a name', () => {
    const over = { targets: [asks, fluid], readings: [aSample(0), aSample(400)], max: 90 };
    expect(decided(2, over).alternativesOf).toEqual({ target: 'target 2' });
  });

  it.each([
    {
      name: 'a formula that asks for what no queue asks for',
      over: { targets: [asks, mail], readings: [aSample(400), aSample(400)], formula: 'asks + mail' },
      of: { none: expect.stringMatching(/^no queue asks for the \d+ that the formula makes of them$/) },
    },
    {
      name: 'a target at its own max',
      over: { targets: [{ ...fluid, max: 3 }], readings: [aSample(400)] },
      of: { none: expect.stringMatching(/^its law wants \d+, and it may ask for no more than 3$/) },
    },
    {
      name: 'a target of several at its own max',
      over: { targets: [asks, { ...mail, max: 3 }], readings: [aSample(0), aSample(400)] },
      of: { target: 'mail', none: expect.stringMatching(/it may ask for no more than 3$/) },
    },
    {
      name: 'a topic with fewer partitions',
      over: { targets: [fluid], readings: [aSample(400, { mostInstances: most })] },
      of: { none: expect.stringMatching(/it may ask for no more than 3$/) },
    },
    {
      name: 'a metric that cannot be read',
      over: { targets: [asks, mail], readings: [notRead(), aSample(0)] },
      of: { target: 'asks', none: 'its metric cannot be read' },
    },
    {
      name: 'a law without rates among several',
      over: { targets: [orders, mails], readings: [aSample(3), aSample(8)] },
      of: { target: 'mails', none: 'beside several targets its law keeps no rates' },
    },
  ])('is left out, and why is said: $name', ({ over, of }) => {
    const { figures, alternativesOf } = decided(2, { ...over, max: 90 });
    expect(alternativesOf).toEqual(of);
    expect(figures).not.toHaveProperty('missChance');
    expect(figures).not.toHaveProperty('missChanceWithOneMore');
  });
});
