import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../src/core/law/alternatives.ts';

describe('what a count would mean', () => {
  const course = {
    excess: 60,
    asked: 4,
    atOnce: 1,
    arrivals: 20,
    service: 5,
    deviation: 1,
    leadS: 2,
    horizonS: 6,
    target: 100,
    grows: false,
  };

  it('is the queue that goes on as predicted', () => {
    expect(outcomeOf(course, 4).waiting).toBe(60);
    expect(outcomeOf(course, 3).waiting).toBe(60 + 5 * 6 + 1);
    expect(outcomeOf(course, 9).waiting).toBe(0);
  });

  it('is a smaller chance to miss the target the more there are', () => {
    const chances = [1, 2, 3, 4, 5, 6].map((n) => outcomeOf(course, n).missChance);
    expect(chances).toEqual(chances.toSorted((a, b) => b - a));
    expect(chances[0]).toBeGreaterThan(0.95);
    expect(chances.at(-1)).toBeLessThan(0.05);
  });

  it('is measured by a target that grows with the instances, where that is a wait', () => {
    // 5 s: 100 messages behind four of 5/s each, 75 behind three
    const three = outcomeOf({ ...course, grows: true }, 3).missChance;
    expect(three).toBeCloseTo(outcomeOf({ ...course, target: 75 }, 3).missChance, 9);
    const idle = { ...course, excess: 0, arrivals: 3, grows: true };
    expect(outcomeOf(idle, 0).missChance).toBeGreaterThan(0.9);
    expect(outcomeOf(idle, 1).missChance).toBeLessThan(0.1);
  });

  it('is the less certain the less the rates are known', () => {
    const unsure = outcomeOf({ ...course, deviation: 10 }, 4).missChance;
    expect(unsure).toBeGreaterThan(outcomeOf(course, 4).missChance);
    expect(unsure).toBeLessThan(0.5);
  });

  it('is certain where nothing comes and nothing is unknown', () => {
    const still = { ...course, arrivals: 0, deviation: 0, excess: -4 };
    expect(outcomeOf(still, 0)).toEqual({ waiting: 0, spread: 0, missChance: 0 });
  });
});
