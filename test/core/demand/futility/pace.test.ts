// How much instances get done where nobody counts: how fast the backlog falls, once it is known how much that changes.

import { expect, it } from 'vitest';
import type { FutilityMemory } from '../../../../src/core/demand/futility/memory.ts';
import { paceOf, type QueueLook, withFalls } from '../../../../src/core/demand/futility/pace.ts';
import { T0 } from '../../../support/builders.ts';

function lookAt(second: number, backlog: number): QueueLook {
  return {
    ...{ nowMs: T0 + 1000 * second, asOfMs: T0 + 1000 * second, target: 0, asked: 6, settled: true },
    ...{ wanted: 8, min: 1, missed: true, backlog, done: undefined, taken: undefined, held: 1 },
    ...{ perInstanceS: 0.5, atLeastS: undefined, deadTimeMs: 2_000 },
  };
}

it('is told after five spans of ten seconds, and is as doubtful as these differ', () => {
  let memory: FutilityMemory = {
    ...{ phase: 'watch', sinceMs: T0, target: 0, tries: 0, falls: [T0, 400, 0, 0, 0] },
  };
  const backlogs = [400, 380, 340, 320, 280, 260];
  const paces = backlogs.map((backlog, i) => {
    const look = lookAt(10 * i, backlog);
    memory = withFalls(memory, look);
    return paceOf([T0, 6, 400, null], look, memory);
  });
  expect(paces.slice(0, 5)).toEqual(new Array(5).fill(undefined));
  // Falls of 2, 4, 2, 4 and 2 a second: their sum of squares about the mean is 4.8, over 4·5, twice.
  expect(paces[5]).toEqual({ asked: 6, perS: 2.8, variance: expect.closeTo(0.48), eachS: 0.5 });
});
