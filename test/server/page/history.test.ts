import { describe, expect, it } from 'vitest';
import { type EachNumber, History } from '../../../src/server/page/history.ts';

const numbers =
  (values: Readonly<Record<string, number>>): EachNumber =>
  (say) => {
    for (const [series, value] of Object.entries(values)) say(series, value);
  };

describe('History', () => {
  it('keeps one sample a second, the last one', () => {
    const history = new History();
    history.record(1_000, numbers({ a: 1 }));
    history.record(1_900, numbers({ a: 2 }));
    history.record(2_100, numbers({ a: 3 }));
    expect(history.columns()).toEqual({ atMs: [1_000, 2_000], series: { a: [2, 3] } });
  });

  it('does not know any more what was said at first in a second, and not at last', () => {
    const history = new History();
    history.record(1_000, numbers({ a: 1, b: 1 }));
    history.record(2_000, numbers({ a: 2, b: 2 }));
    history.record(2_900, numbers({ b: 3 }));
    expect(history.columns().series).toEqual({ a: [1, null], b: [1, 3] });
  });

  it('says null, not zero, for what was not known', () => {
    const history = new History();
    history.record(1_000, numbers({ a: 1 }));
    history.record(2_000, numbers({ b: 5 }));
    expect(history.columns().series).toEqual({ a: [1, null], b: [null, 5] });
  });

  it('forgets what is too old', () => {
    const history = new History(3_000);
    for (let s = 1; s <= 5; s++) history.record(s * 1_000, numbers({ a: s }));
    expect(history.columns()).toEqual({ atMs: [3_000, 4_000, 5_000], series: { a: [3, 4, 5] } });
  });

  it('goes round without mixing the rounds', () => {
    const history = new History(3_000);
    for (let s = 1; s <= 20; s++) history.record(s * 1_000, numbers(s % 5 === 0 ? { b: s } : { a: s }));
    expect(history.columns()).toEqual({
      atMs: [18_000, 19_000, 20_000],
      series: { a: [18, 19, null], b: [null, null, 20] },
    });
    for (let s = 21; s <= 30; s++) history.record(s * 1_000, numbers({}));
    expect(history.columns()).toEqual({ atMs: [28_000, 29_000, 30_000], series: {} });
    history.record(30_500, numbers({ b: 1 }));
    expect(history.columns()).toEqual({ atMs: [28_000, 29_000, 30_000], series: { b: [null, null, 1] } });
  });

  it('leaves a gap where nothing was said for long', () => {
    const history = new History();
    history.breakAfter(5_000, 500);
    history.record(1_000, numbers({ a: 1 }));
    history.breakAfter(5_000, 6_000);
    history.record(6_000, numbers({ a: 2 }));
    history.breakAfter(5_000, 20_000);
    history.record(20_000, numbers({ a: 3 }));
    expect(history.columns()).toEqual({
      atMs: [1_000, 6_000, 7_000, 20_000],
      series: { a: [1, 2, null, 3] },
    });
  });

  it.each([
    { name: 'the growth per second', at: { 0: 0, 1: 10, 2: 20 }, want: 10 },
    { name: 'the mean over the last ten seconds only', at: { 0: 0, 20: 100, 30: 150 }, want: 5 },
    { name: 'nothing from one sample', at: { 0: 7 }, want: undefined },
    { name: 'nothing from samples a second apart', at: { 0: 7, 1: 9 }, want: undefined },
    { name: 'nothing when the counter began anew', at: { 0: 70, 5: 3 }, want: undefined },
    { name: 'zero when nothing was done', at: { 0: 7, 5: 7 }, want: 0 },
  ])('tells as rate $name', ({ at, want }) => {
    const history = new History();
    for (const [s, n] of Object.entries(at)) history.record(Number(s) * 1_000, numbers({ work: n }));
    expect(history.ratePerS('work')).toBe(want);
  });

  it('knows no rate of a counter that it never saw', () => {
    const history = new History();
    history.record(0, numbers({}));
    history.record(5_000, numbers({}));
    expect(history.ratePerS('work')).toBeUndefined();
  });
});
