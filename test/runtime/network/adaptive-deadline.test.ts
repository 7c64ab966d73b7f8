import { describe, expect, it } from 'vitest';
import { AdaptiveDeadline } from '../../../src/runtime/network/adaptive-deadline.ts';

describe('an adaptive deadline', () => {
  const steps = (...answers: readonly (number | 'missed')[]): readonly number[] => {
    const deadline = new AdaptiveDeadline({ leastMs: 2_000, mostMs: 5_000 });
    return answers.map((answer) => {
      if (answer === 'missed') deadline.missed();
      else deadline.answered(answer);
      return deadline.ms;
    });
  };

  it.each([
    ['stays at its least while answers are quick', [5, 40, 900], [2_000, 2_000, 2_000]],
    ['grows with every miss, to its most', ['missed', 'missed', 'missed'], [4_000, 5_000, 5_000]],
    ['is twice what an answer took', [1_500, 2_400, 4_000, 5], [3_000, 4_800, 5_000, 2_000]],
    [
      'falls with the first quick answer after an outage',
      ['missed', 'missed', 2_100, 8],
      [4_000, 5_000, 4_200, 2_000],
    ],
  ] as const)('%s', (_, answers, expected) => {
    expect(steps(...answers)).toEqual(expected);
  });
});
