import { describe, expect, it } from 'vitest';
import { rates, ratesText } from '../../../bench/rates/rates.ts';

describe('the rates that people are shown', () => {
  const rows = rates();

  it('are within a quarter of the truth, or are not shown', () => {
    for (const { shown, close } of rows) expect(shown === 0 || close >= 0.98).toBe(true);
  });

  it('are shown where arrivals are counted', () => {
    const counted = rows.filter(({ source }) => source === 'and counters');
    expect(counted).toHaveLength(2);
    for (const { shown } of counted) expect(shown).toBeGreaterThan(0.7);
  });

  it('are told a line a case', () => {
    expect(ratesText(rows).split('\n')).toHaveLength(rows.length + 1);
  });
});
