import { describe, expect, it } from 'vitest';
import { Chance } from '../../../src/simulator/load/chance.ts';
import { demandOf } from '../../../src/simulator/load/demand.ts';
import { LOADS, type LoadName, loadCurve } from '../../../src/simulator/load/loads.ts';

/** Share of the capacity at a time in s. */
function shareAt(name: LoadName, atS: number): number {
  return (loadCurve(name, { capacity: 200, seed: 1 }).rate[Math.round(atS * 10)] ?? Number.NaN) / 200;
}

describe('loads', () => {
  it.each([
    { name: 'step-up', at: { 0: 0.15, 119.9: 0.15, 120: 0.7, 599: 0.7 } },
    { name: 'step-down', at: { 0: 0.7, 179.9: 0.7, 180: 0.15 } },
    { name: 'ramp', at: { 0: 0.1, 60: 0.1, 210: 0.425, 360: 0.75, 599: 0.75 } },
    { name: 'spike', at: { 0: 0.075, 180: 0.75, 239.9: 0.75, 240: 0.075 } },
    { name: 'sine', at: { 0: 0.1, 75: 0.4, 150: 0.7, 300: 0.1, 450: 0.7 } },
    { name: 'on-off', at: { 0: 0.1, 60: 0.65, 120: 0.1, 180: 0.65 } },
    { name: 'bursts', at: { 0: 0.15, 60: 0.65, 74.9: 0.65, 75: 0.15, 180: 0.65 } },
    { name: 'slow', at: { 0: 0.35, 300: 0.35 } },
  ] as const)('$name has its shape', ({ name, at }) => {
    for (const [time, share] of Object.entries(at)) expect(shareAt(name, Number(time))).toBeCloseTo(share, 9);
  });

  it('spike is ten times the load for a minute', () => {
    expect(shareAt('spike', 200) / shareAt('spike', 100)).toBeCloseTo(10, 9);
  });

  it('slow halves the service rate for a while, all others leave it alone', () => {
    for (const name of LOADS) {
      const { service } = loadCurve(name, { capacity: 200, seed: 1 });
      const expected = name === 'slow' ? [1, 0.5, 0.5, 1] : [1, 1, 1, 1];
      expect([1799, 1800, 3599, 3600].map((k) => service[k])).toEqual(expected);
    }
  });

  it('walk stays within its bounds, moves, and is another for another seed', () => {
    const of = (seed: number): Float64Array => loadCurve('walk', { capacity: 200, seed }).rate;
    const walk = of(1);
    expect(Math.min(...walk)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...walk)).toBeLessThanOrEqual(150);
    expect(new Set(walk).size).toBeGreaterThan(50);
    expect([...of(2)]).not.toEqual([...walk]);
    expect([...of(1)]).toEqual([...walk]);
  });

  it('is within what can be served, all of them', () => {
    for (const name of LOADS)
      for (const rate of loadCurve(name, { capacity: 200, seed: 3 }).rate)
        expect(rate).toBeLessThanOrEqual(150);
  });

  it('lasts as long as asked', () => {
    expect(loadCurve('sine', { capacity: 1, seed: 1, durationS: 42 }).steps).toBe(420);
  });
});

describe('chance', () => {
  const curve = loadCurve('ramp', { capacity: 200, seed: 1 });

  it('is the same for the same seed, another for another', () => {
    const a = demandOf(curve, 5);
    expect(demandOf(curve, 5)).toEqual(a);
    expect(demandOf(curve, 6).arrivals).not.toEqual(a.arrivals);
    expect(demandOf(curve, 5, 'other').arrivals).not.toEqual(a.arrivals);
  });

  it.each([0.3, 5, 59, 400])('draws Poisson counts of mean and variance %d', (mean) => {
    const chance = new Chance(11, 'test');
    const draws = Array.from({ length: 20_000 }, (_, i) => chance.poisson(i, mean));
    const average = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - average) ** 2, 0) / draws.length;
    expect(Math.abs(average / mean - 1)).toBeLessThan(0.03);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.06);
    expect(draws.every((n) => Number.isInteger(n) && n >= 0)).toBe(true);
  });

  it('draws normal numbers of mean 0 and variance 1', () => {
    const chance = new Chance(12, 'test');
    const draws = Array.from({ length: 20_000 }, (_, i) => chance.normal(i));
    const average = draws.reduce((a, b) => a + b, 0) / draws.length;
    expect(Math.abs(average)).toBeLessThan(0.03);
    expect(draws.reduce((a, b) => a + b * b, 0) / draws.length).toBeCloseTo(1, 1);
  });
});
