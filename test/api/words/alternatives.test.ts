import { describe, expect, it } from 'vitest';
import { alternativesText, withoutAlternatives } from '../../../src/api/words/alternatives.ts';

const figures = {
  waiting: 400,
  missChance: 0.12,
  waitingWithOneFewer: 76.4,
  missChanceWithOneFewer: 0.995,
  waitingWithOneMore: 0,
  missChanceWithOneMore: 0.0001,
};

describe('the alternatives in words', () => {
  it('say what one fewer and one more would mean, and for whom', () => {
    expect(alternativesText(figures)).toBe(
      'one fewer: 76 waiting, the target missed with more than 99 %, one instance more for others; ' +
        'one more: 0 waiting, the target missed with less than 1 %, one fewer for others; ' +
        'as wanted: missed with 12 %',
    );
  });

  it('leave out one fewer than none', () => {
    const { waitingWithOneFewer: _, missChanceWithOneFewer: __, ...none } = figures;
    expect(alternativesText(none)).toMatch(/^one more: 0 waiting/);
  });

  it('are absent where they are not known, and the other figures stay', () => {
    expect(alternativesText({ waiting: 400 })).toBeUndefined();
    expect(withoutAlternatives(figures)).toEqual({ waiting: 400 });
  });
});
