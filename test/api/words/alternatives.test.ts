import { describe, expect, it } from 'vitest';
import {
  alternativesOrWhyNone,
  alternativesText,
  withoutAlternatives,
} from '../../../src/api/words/alternatives.ts';

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

  it('say which of several targets they are about', () => {
    expect(alternativesText(figures, { target: 'orders' })).toMatch(/^of orders: one fewer: 76 waiting/);
  });

  it.each([
    { name: 'the rates', figures: { waiting: 4 }, of: {}, text: 'none: the service rate is not known yet' },
    {
      name: 'the rates of the target that decides',
      figures: { waiting: 4 },
      of: { target: 'orders' },
      text: 'none of orders: the service rate is not known yet',
    },
    {
      name: 'the reading',
      figures: {},
      of: { target: 'orders', none: 'its metric cannot be read' },
      text: 'none of orders: its metric cannot be read',
    },
    { name: 'nothing, for no law decides', figures: {}, of: {}, text: undefined },
    { name: 'nothing, for they are known', figures, of: {}, text: alternativesText(figures) },
  ])('say what is missing: $name', ({ figures, of, text }) => {
    expect(alternativesOrWhyNone(figures, of)).toBe(text);
  });

  it('are absent where they are not known, and the other figures stay', () => {
    expect(alternativesText({ waiting: 400 })).toBeUndefined();
    expect(withoutAlternatives(figures)).toEqual({ waiting: 400 });
  });
});
