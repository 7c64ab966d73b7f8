import { describe, expect, it } from 'vitest';
import { messageByMessage, REALITY_LOADS, realityOptions } from '../../../bench/reality/loads.ts';
import { policyText } from '../../../bench/reality/policy.ts';
import { runInReality } from '../../../bench/reality/real-run.ts';
import type { RealityRow } from '../../../bench/reality/reality.ts';
import { realityText } from '../../../bench/reality/text.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { requireLaw, SHIPPED_LAWS } from '../../../src/simulator/law/laws.ts';
import { run } from '../../../src/simulator/run.ts';

const never = new AbortController().signal;

describe('a world that is run twice', () => {
  it.each(REALITY_LOADS)('has the same messages under %s whichever way its queue is modelled', (load) => {
    const options = realityOptions(load, 1);
    const law = requireLaw(SHIPPED_LAWS, 'policy');
    const [bulk, single] = [options, messageByMessage(options, 1)].map((each) => run(law, each).members[0]!);
    expect(single!.series.arrived).toEqual(bulk!.series.arrived);
    expect(options.steps).toBe(900);
  });

  it('is a policy that the operator accepts, with the terms of the simulation', () => {
    const { terms } = realityOptions('square', 1).apps[0]!;
    const text = policyText(realityOptions('square', 1), {
      queueName: 'reality',
      endpoint: 'http://127.0.0.1:1/devstoreaccount1',
      busyPath: '/busy/1',
    });
    const { resources, problems } = loadPolicies(text, 'bench');
    expect(problems).toEqual([]);
    expect(resources[0]?.resource).toMatchObject({
      spec: {
        interval: '500ms',
        capacity: { slots: 10 },
        apps: [{ id: terms.id, instances: { min: 1, max: 10 }, behavior: terms.behavior }, {}],
      },
    });
  });

  it('begins in real time with the counts of the simulation and gets every message', async () => {
    const steps = 15;
    const world = realityOptions('step-down', 1);
    // None comes after the last step, however late the last look is.
    const apps = world.apps.map((app) =>
      app.demand === undefined
        ? app
        : {
            ...app,
            demand: { ...app.demand, arrivals: app.demand.arrivals.map((n, k) => (k < steps ? n : 0)) },
          },
    );
    const options = { ...world, steps, apps };
    const deps = { seed: 1, clock: systemClock, ports: 0.5, signal: never };
    const { ran, begunWith } = await runInReality(options, deps);
    const [consumer] = ran.members;
    const { arrivals } = apps[0]!.demand!;
    expect(consumer!.series.arrived.at(-1)).toBe(arrivals.reduce((sum, n) => sum + n, 0));
    expect(begunWith).toEqual([1, 9]);
    expect(Math.max(...consumer!.series.total)).toBeGreaterThan(0);
  });
});

describe('the report', () => {
  const row = (load: string, seed: number, realV: number, realR: number): RealityRow => ({
    load,
    seed,
    bulk: { V: 1, R: 70, changesPerMin: 6 },
    virtual: { V: 2, R: 60, changesPerMin: 6 },
    real: { V: realV, R: realR, changesPerMin: 7 },
    handedBack: 3,
    handedBackNeedlessly: 1,
    handedBackUnforeseen: 2,
  });

  it('has a line a load, the mean of its seeds, and the difference with its standard error', () => {
    const text = realityText({
      rows: [row('ramp', 1, 3, 58), row('ramp', 2, 5, 58), row('sine', 1, 2, 61)],
      cpuShare: 0.25,
      lateMs: 7.4,
    });
    expect(text).not.toContain('too busy');
    expect(text).toMatch(/^ramp +2\.0 +4\.0 +\+2\.0 +60\.0 +58\.0 +-2\.0 /m);
    expect(text).toMatch(/^sine +2\.0 +2\.0 +\+0\.0 +60\.0 +61\.0 +\+1\.0 /m);
    expect(text).toContain('mean difference: V +1.3 ± 0.9, R -1.0 ± 1.0 points, of 3 runs');
    expect(text).toContain(
      '9 messages handed back by falls, 3 of them in the place of another consumer that was idle, and 6 where that could not be known yet: it had been busy when it was asked, or the victim had only begun to serve, up to 100 ms before\n25 % of a core, timers late by up to 7 ms (99 of 100)',
    );
  });

  it('says when the machine was too busy to be believed', () => {
    const late = realityText({ rows: [row('ramp', 1, 3, 58)], cpuShare: 0.1, lateMs: 559 });
    expect(late).toContain('the machine was too busy for real time');
  });
});
