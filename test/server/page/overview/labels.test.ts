import { describe, expect, it } from 'vitest';
import { LETTERED, tileLabels } from '../../../../src/server/page/overview/labels.ts';

const apps = (...names: readonly string[]) => names.map((name, i) => ({ id: `/${i}`, name }));

describe('tileLabels', () => {
  it.each([
    { name: 'one letter where that is enough', names: ['consumer', 'remainder'], want: 'C R' },
    { name: 'as many as tell them apart', names: ['consumer', 'counter'], want: 'Con Cou' },
    { name: 'numbers where names do not', names: ['worker', 'worker'], want: 'W1 W2' },
  ])('takes $name', ({ names, want }) => {
    expect([...tileLabels(apps(...names), new Map()).values()].join(' ')).toBe(want);
  });

  it('gives each of thirty apps another label', () => {
    const labels = tileLabels(apps(...Array.from({ length: LETTERED }, (_, i) => `worker-${i}`)), new Map());
    expect(new Set(labels.values()).size).toBe(LETTERED);
    expect([...labels.values()].every((label) => label.length <= 3)).toBe(true);
  });

  it('tells more by shape and number', () => {
    const many = apps(...Array.from({ length: LETTERED + 1 }, () => 'worker'));
    const colours = new Map(many.map(({ id }, i) => [id, { hue: (i % 3) + 1, shade: 0 }] as const));
    expect([...tileLabels(many, colours).values()].slice(0, 4)).toEqual(['●1', '■2', '▲3', '●4']);
  });
});
