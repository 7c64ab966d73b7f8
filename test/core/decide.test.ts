import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppInput, Decision, DecisionInput } from '../../src/core/decision.ts';
import { anInput, aRemainder, aScaled, T0 } from '../support/builders.ts';

/** Decides twice: the first decision after a start keeps what is there. */
function second(apps: readonly AppInput[], over: Partial<DecisionInput> = {}): Decision {
  const { memory } = decide(anInput(apps, over));
  return decide(anInput(apps, { nowMs: T0 + 500, ...over, memory }));
}

describe('smoke', () => {
  it('moves', () => {
    const d = second([
      aScaled('consumer', 3, { wants: 9, min: 1, max: 10 }),
      aRemainder('background', 7, { min: 2 }),
    ]);
    expect(d.apps.map((a) => a.granted)).toEqual([8, 2]);
  });
});
