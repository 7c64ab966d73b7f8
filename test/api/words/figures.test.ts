// Numbers in sentences.

import { describe, expect, it } from 'vitest';
import { brief, rounded, spanText, valueText, valueWithUnit } from '../../../src/api/words/figures.ts';
import { instantText } from '../../../src/api/words/instant.ts';

describe('lengths of time', () => {
  it.each([
    [0, '0 s'],
    [500, '0.5 s'],
    [13_388.8687, '13 s'],
    [60_000, '60 s'],
    [119_400, '119 s'],
    [300_000, '5 min'],
    [10_800_000, '3 h'],
    [5_400_000 * 2, '3 h'],
    [-5, '0 s'],
  ])('%d ms are %s', (ms, words) => {
    expect(spanText(ms)).toBe(words);
  });
});

describe('numbers', () => {
  it.each([
    [0.1 + 0.2, '0.3'],
    [12.345678, '12.346'],
    [7, '7'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%d is %s for people', (value, words) => {
    expect(String(rounded(value))).toBe(words);
  });

  it.each([
    [9.96, '10'],
    [0.25, '0.3'],
    [1_234.5, '1235'],
  ])('%d is %s in short', (value, words) => {
    expect(brief(value)).toBe(words);
  });
});

describe('a figure', () => {
  it.each([
    { name: 'that was measured is as it is', figure: { value: 41.27 }, words: '41.3' },
    {
      name: 'that is estimated has its margin',
      figure: { value: 12.3, valueMargin: 3.14 },
      words: '12 ± 3.1',
    },
    { name: 'without an end is told as that', figure: { infinite: true }, words: '∞' },
    { name: 'that is not known is no number', figure: {}, words: 'unknown' },
  ])('$name', ({ figure, words }) => {
    expect(valueText(figure, 'unknown')).toBe(words);
  });
});

it('a moment is UTC, in whole seconds', () => {
  expect(instantText(Date.parse('2026-01-01T00:00:00.999Z'))).toBe('2026-01-01T00:00:00Z');
});

describe('a value with its unit', () => {
  it.each([
    [{ value: 1, unit: 'messages' }, '1 message'],
    [{ value: 0, unit: 'messages' }, '0 messages'],
    [{ value: 1.1, unit: 'seconds' }, '1.1 seconds'],
    [{ value: 1, valueMargin: 1, unit: 'seconds' }, '1 ± 1 seconds'],
    [{ unit: 'messages' }, 'unknown messages'],
  ])('%o reads %s', (figure, words) => {
    expect(valueWithUnit(figure, 'unknown')).toBe(words);
  });
});
