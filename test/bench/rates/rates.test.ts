import { describe, expect, it } from 'vitest';
import { type RateRow, rates, ratesText } from '../../../bench/rates/rates.ts';

/** Loads that are another one before it could be counted what they are. */
const QUICK = ['after 60 s of a sine of 12 s', 'after 60 s of a sine of 24 s'];
const PROMISED = ['after 30 s of backlog', 'after 60 s of steady load'];

describe('the rates that people are shown', () => {
  const rows = rates();
  const promised = rows.filter((row) => PROMISED.includes(row.case));
  const told = (sources: readonly string[]): readonly RateRow[] =>
    promised.filter(({ source }) => sources.includes(source));

  it('are within a quarter of the truth, or are not shown', () => {
    expect(promised).toHaveLength(PROMISED.length * 4);
    for (const { shown, close } of promised) expect(shown === 0 || close >= 0.98).toBe(true);
  });

  it('are seldom wrong where the load changes all the time', () => {
    const told = rows.filter(({ shown }) => shown >= 0.05);
    for (const { close } of told) expect(close).toBeGreaterThan(0.93);
    for (const { shown, close } of rows) expect(shown * (1 - close)).toBeLessThan(0.06);
    const slower = told.filter((row) => !QUICK.includes(row.case));
    for (const { close } of slower.filter(({ shown }) => shown >= 0.1)) expect(close).toBeGreaterThan(0.97);
    for (const { shown, close } of slower) expect(shown * (1 - close)).toBeLessThan(0.03);
  });

  it('are right again soon after the load has risen to another level', () => {
    const stepped = rows.filter((row) => row.case === 'after a step up at 40 s');
    expect(stepped).toHaveLength(4);
    for (const { close } of stepped) expect(close).toBeGreaterThan(0.97);
  });

  it('are shown where arrivals are counted, or the front of the queue tells of them', () => {
    const counted = told(['and counters', 'and when they came']);
    expect(counted).toHaveLength(4);
    for (const { shown, both } of counted) expect([shown > 0.85, both > 0.6]).toEqual([true, true]);
  });

  it('are told a line a case', () => {
    expect(ratesText(rows).split('\n')).toHaveLength(rows.length + 1);
  });
});
