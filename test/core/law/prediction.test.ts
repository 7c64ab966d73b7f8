import { describe, expect, it } from 'vitest';
import { predictWaiting } from '../../../src/core/law/prediction.ts';
import { T0 } from '../../support/builders.ts';

const now = {
  waiting: 100,
  arrivals: 20,
  service: 5,
  ready: 2,
  pending: [],
  nowMs: T0,
  deadTimeS: 2,
  leadS: 3,
};

describe('the queue after the lead time', () => {
  it.each([
    // 100 + 20·3 - 5·(2·3)
    { name: 'is what comes less what is served', over: {}, predicted: 130 },
    // 100 - 5·(20·3) < 0
    { name: 'is never less than nothing', over: { arrivals: 0, ready: 20 }, predicted: 0 },
    // one asked for now serves 3 - 2 = 1 s of the three: 5 fewer
    { name: 'a new instance serves after the dead time', over: { pending: [[T0, 1]] }, predicted: 125 },
    // asked for 1.5 s ago it needs 0.5 s more and serves 2.5 s: 12.5 fewer each
    {
      name: 'an instance that was asked for earlier serves sooner',
      over: { pending: [[T0 - 1_500, 2]] },
      predicted: 105,
    },
    // overdue: it may serve at any moment
    { name: 'an overdue instance serves at once', over: { pending: [[T0 - 4_000, 1]] }, predicted: 115 },
    // later than 3·2 + 5 s: lost
    {
      name: 'an instance that is long overdue never serves',
      over: { pending: [[T0 - 11_001, 1]] },
      predicted: 130,
    },
    // a lead shorter than the dead time sees nothing of it
    {
      name: 'no new instance serves within a short lead time',
      over: { leadS: 1, pending: [[T0, 9]] },
      predicted: 110,
    },
  ] as const)('$name', ({ over, predicted }) => {
    expect(predictWaiting({ ...now, ...over })).toBeCloseTo(predicted, 9);
  });
});
