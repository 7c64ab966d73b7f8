import { describe, expect, it } from 'vitest';
import {
  alternativesOrWhyNone,
  alternativesText,
  withoutAlternatives,
} from '../../../src/api/words/alternatives.ts';

const figures = {
  waiting: 400,
  wantedByLaw: 14,
  waitingMargin: 20.4,
  missChance: 0.12,
  waitingWithOneFewer: 76.4,
  missChanceWithOneFewer: 0.995,
  waitingWithOneMore: 0,
  missChanceWithOneMore: 0.0001,
};

describe('the alternatives in words', () => {
  it('say what one fewer and one more would mean, and for whom', () => {
    expect(alternativesText(figures)).toBe(
      'one fewer: 76 (56 to 97) waiting, a chance of more than 99 % to miss the target, one instance more for others; ' +
        'one more: 0 (0 to 20) waiting, a chance of less than 1 % to miss the target, one fewer for others; ' +
        'as wanted: a chance of 12 % to miss it',
    );
  });

  it('leave out one fewer than none', () => {
    const { waitingWithOneFewer: _, missChanceWithOneFewer: __, ...none } = figures;
    expect(alternativesText(none)).toMatch(/^one more: 0 \(0 to 20\) waiting/);
  });

  const asIs = { ...figures, countAsIs: 6, waitingAsIs: 310, missChanceAsIs: 0.98 };

  it.each([
    { name: 'a person holds it', rules: ['law', 'override'], kept: 'held at 6' },
    { name: 'it is kept for a restart', rules: ['law', 'held'], kept: 'held at 6' },
    { name: 'it gets no more', rules: ['law', 'capacity'], kept: 'gets 6' },
  ])('say first what another count than the one wanted means: $name', ({ rules, kept }) => {
    const steps = rules.map((rule) => ({ rule }));
    const text = alternativesText(asIs, {}, { granted: 6, steps });
    expect(text).toContain(
      `${kept}: 310 (290 to 330) waiting, a chance of 98 % to miss the target; its law wants 14, which the rest is about; one fewer: 76`,
    );
    expect(text).toMatch(/; with 14: a chance of 12 % to miss it$/);
  });

  it('do not tell of a count what is known of another', () => {
    const steps = [{ rule: 'override' }];
    expect(alternativesText(figures, {}, { granted: 6, steps })).toMatch(
      /^held at 6; its law wants 14, which the rest is about; one fewer/,
    );
    expect(alternativesText({ ...asIs, countAsIs: 8 }, {}, { granted: 6, steps })).toMatch(
      /^held at 6 \(it has 8\): 310/,
    );
  });

  it('say no more where it gets what the law wants', () => {
    expect(alternativesText(asIs, {}, { granted: 14 })).toBe(alternativesText(figures));
  });

  it('have no margin in a record of before it was kept', () => {
    const { waitingMargin: _, wantedByLaw: __, ...old } = figures;
    expect(alternativesText(old, {}, { granted: 6 })).toMatch(/^one fewer: 76 waiting/);
  });

  it('say which of several targets they are about', () => {
    expect(alternativesText(figures, { target: 'orders' })).toMatch(
      /^of orders: one fewer: 76 \(56 to 97\) waiting/,
    );
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
    expect(withoutAlternatives(asIs)).toEqual({ waiting: 400 });
  });
});
