import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppDecision, DecisionMemory } from '../../src/core/decision.ts';
import { poolCourse } from './pool-courses.ts';

const ROUNDS = 120;

/** That of seed 16 went through counts with 45 s between them, after which its rates were no numbers. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19];

describe('decide, round after round', () => {
  it.each(SEEDS)(
    'decides alike with a memory that went through JSON, and leaves it alone: pool %i',
    (seed) => {
      const course = poolCourse(seed);
      let own: DecisionMemory | undefined;
      let stored: DecisionMemory | undefined;
      let answer: readonly AppDecision[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const input = course.next(answer);
        const decision = decide(own === undefined ? input : { ...input, memory: own });
        const text = JSON.stringify(decision);
        expect(JSON.stringify(decide(own === undefined ? input : { ...input, memory: own }))).toBe(text);
        expect(JSON.stringify(decide(stored === undefined ? input : { ...input, memory: stored }))).toBe(
          text,
        );
        own = decision.memory;
        stored = JSON.parse(JSON.stringify(own));
        answer = decision.apps;
      }
      expect(answer.length).toBeGreaterThan(0);
    },
  );
});
