import { describe, expect, it } from 'vitest';
import { manyPolicies } from '../../../bench/scale/policies.ts';

describe('the policies of the bench', () => {
  it('have queues that jump at times of their own, about every half minute', () => {
    const text = JSON.stringify(manyPolicies(500));
    const periods = [...text.matchAll(/"min":0,"max":200,"period":"(\d+)ms"/g)].map(([, ms]) => Number(ms));
    expect(periods).toHaveLength(500);
    expect(new Set(periods).size).toBe(500);
    const mean = periods.reduce((sum, ms) => sum + ms, 0) / periods.length;
    expect(Math.abs(mean - 30_000)).toBeLessThan(1_000);
  });
});
