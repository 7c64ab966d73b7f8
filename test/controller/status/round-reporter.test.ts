import { afterEach, describe, expect, it } from 'vitest';
import type { RoundReport } from '../../../src/controller/status/round-report.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;
let reports: RoundReport[];

function aWorld(mode: 'Reconcile' | 'Observe' = 'Reconcile'): World {
  reports = [];
  world = new World({}, { onRound: (report) => reports.push(report) });
  const apps = [anApp('consumer', wants(1)), aFiller('filler')];
  world.policies.put('demo.yaml', aPolicy('demo', apps, { mode }));
  world.metrics.set(1, 4);
  return world;
}

afterEach(() => world.stop());

describe('a round report', () => {
  it('tells what was changed and which way the counts went', async () => {
    await aWorld().start(10_000);
    expect(reports[0]).toMatchObject({
      pool: 'default/demo',
      result: 'complete',
      changes: [
        { kind: 'create', result: 'accepted' },
        { kind: 'create', result: 'accepted' },
      ],
    });
    world.metrics.set(1, 7);
    reports.length = 0;
    await world.after(10_000);
    const decisions = reports.flatMap((report) => report.decisions);
    expect(new Set(decisions.map(({ app, direction }) => `${app} ${direction}`))).toEqual(
      new Set(['/consumer up', '/filler down']),
    );
    expect(decisions.every(({ policy }) => policy === 'default/demo')).toBe(true);
  });

  it('lasts from the first look to the last answer', async () => {
    await aWorld().start(3_000);
    const { marathon, clock } = world;
    marathon.interfere({
      observe: async (_, next, signal) => {
        await clock.sleep(120, signal);
        return await next();
      },
    });
    reports.length = 0;
    await world.after(2_000);
    expect(reports.length).toBeGreaterThan(1);
    for (const { durationMs } of reports.slice(1)) expect(durationMs).toBe(120);
  });

  it('tells how late a round began: not at all, or by what the one before took longer than the interval', async () => {
    await aWorld().start(3_000);
    const { marathon, clock } = world;
    reports.length = 0;
    await world.after(2_000);
    expect(reports.length).toBeGreaterThan(1);
    for (const { lateMs } of reports) expect(lateMs).toBe(0);
    marathon.interfere({
      observe: async (_, next, signal) => {
        await clock.sleep(700, signal);
        return await next();
      },
    });
    await world.after(2_000);
    reports.length = 0;
    await world.after(5_000);
    expect(reports.length).toBeGreaterThan(1);
    for (const { lateMs } of reports) expect(lateMs).toBe(210);
  });

  it('tells of a round that could not see Marathon', async () => {
    await aWorld().start(3_000);
    reports.length = 0;
    world.marathon.interfere({ observe: () => Promise.reject(new TransientError('down')) });
    await world.after(2_000);
    expect(reports.length).toBeGreaterThan(0);
    expect(new Set(reports.map(({ result }) => result))).toEqual(new Set(['blind']));
  });

  it('counts a reading that failed once, however many rounds it serves', async () => {
    await aWorld().start(5_000);
    reports.length = 0;
    const before = world.metrics.reads;
    world.metrics.set(1, 'the queue does not answer');
    await world.after(3_000);
    const failures = reports.flatMap(({ failedReadings }) => failedReadings);
    expect(failures).toHaveLength(world.metrics.reads - before);
    expect(failures[0]).toEqual({ policy: 'default/demo', app: '/consumer' });
  });

  it('is not made for a pool in which nothing runs', async () => {
    await aWorld().start(3_000);
    reports.length = 0;
    world.policies.remove('demo.yaml');
    await world.after(3_000);
    expect(reports).toEqual([]);
  });
});

describe('the figures of a view', () => {
  it('marks counts that nobody decided', async () => {
    await aWorld().start(3_000);
    expect(world.app('/consumer').undecided).toBeUndefined();
    world.policies.put('demo.yaml', aPolicy('demo', [anApp('consumer', wants(1))], { mode: 'Paused' }));
    await world.after(3_000);
    expect(world.app('/consumer').undecided).toBe(true);
  });

  it('knows what a pool lacks', async () => {
    await aWorld().start(10_000);
    expect(world.view.pools[0]?.shortage).toBe(0);
    const greedy = anApp('consumer', { ...wants(1), instances: { min: 1, max: 20 } });
    world.policies.put('demo.yaml', aPolicy('demo', [greedy, aFiller('filler')]));
    world.metrics.set(1, 15);
    await world.after(10_000);
    expect(world.app('/consumer')).toMatchObject({ wanted: 15, granted: 9 });
    expect(world.view.pools[0]?.shortage).toBe(6);
  });
});
