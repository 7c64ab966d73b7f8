// The ratios that the law was built for, on seeds that nobody tuned on. Figures differ from seed to seed; the ratios hold.

import { describe, expect, it } from 'vitest';
import type { SetName } from '../../../bench/suite/sets.ts';
import { benchJobs, benchResult, runJob } from '../../../bench/suite/suite.ts';

const SEEDS = [901, 902];

function pooled(
  set: SetName,
  laws: readonly string[],
): (law: string) => { V: number; R: number; changesPerMin: number } {
  const jobs = benchJobs([set], SEEDS, laws);
  const { summary } = benchResult(jobs, jobs.flatMap(runJob));
  return (law) => summary.find((row) => row.law === law) ?? expect.fail(`no row for ${law}`);
}

describe('the shipped law on set standard', () => {
  const figures = pooled('standard', [
    'fluid-inflight',
    'original-default',
    'original-retuned',
    'keda-default',
    'oracle-causal',
    'oracle-clairvoyant',
  ]);
  const fluid = figures('fluid-inflight');

  it.each([
    { rival: 'original-default', times: 10 },
    { rival: 'original-retuned', times: 2 },
    { rival: 'keda-default', times: 4 },
  ])('is above the target at most 1/$times as long as $rival', ({ rival, times }) => {
    expect(fluid.V).toBeLessThanOrEqual(figures(rival).V / times);
  });

  it('leaves the remainder 88 % of what an optimum would, in at most six changes a minute', () => {
    expect(fluid.R).toBeGreaterThanOrEqual(88);
    expect(fluid.changesPerMin).toBeLessThanOrEqual(6);
  });

  it('comes within 1.5 points of an oracle that knows the rates', () => {
    expect(fluid.V - figures('oracle-causal').V).toBeLessThanOrEqual(1.5);
  });

  it('is measured against oracles that know more and do better', () => {
    const [causal, clairvoyant] = [figures('oracle-causal'), figures('oracle-clairvoyant')];
    expect(causal.V).toBeLessThan(fluid.V);
    expect(causal.R).toBeGreaterThan(fluid.R);
    expect(clairvoyant.V).toBeLessThan(causal.V);
  });
});

describe('the shipped law on set start10', () => {
  it('is above the target for less time than KEDA and leaves the remainder twice as much', () => {
    const figures = pooled('start10', ['fluid-inflight', 'keda-default']);
    expect(figures('fluid-inflight').V).toBeLessThan(figures('keda-default').V);
    expect(figures('fluid-inflight').R).toBeGreaterThanOrEqual(2 * figures('keda-default').R);
  });
});
