// Two writers of one count, apps that others made, and restarts that others started.

import { afterEach, describe, expect, it } from 'vitest';
import type { AppSpec } from '../../../src/api/policy.ts';
import { SurplusWaits } from '../../../src/schedulers/scheduler.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';
import { updatesThatNeverEnd } from '../../support/marathon/endless-updates.ts';

let world: World;

afterEach(() => world.stop());

type Action = AppSpec['manualScale']['action'];

function consumerThat(action: Action): AppSpec {
  return anApp('consumer', { ...wants(1), manualScale: { action, holdFor: '1m' } });
}

async function running(action: Action): Promise<void> {
  world = new World();
  world.policies.put('demo.yaml', aPolicy('demo', [consumerThat(action), aFiller('filler')]));
  world.metrics.set(1, 4);
  await world.start(10_000);
  expect(world.counts['/consumer']).toBe(4);
}

describe('somebody else changes the count of a scaled app', () => {
  it('Hold keeps their count for holdFor, then scales again', async () => {
    await running('Hold');
    world.marathon.others.scale('/consumer', 2);
    world.metrics.set(1, 6);
    await world.after(55_000);
    expect(world.counts['/consumer']).toBe(2);
    expect(world.condition('demo', 'Conflict')).toBe('True/ManualScale');
    expect(world.message('demo', 'Conflict')).toContain('a person set 2');
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    expect(world.view.events).toContainEqual(
      expect.objectContaining({ reason: 'ManualScale', object: 'app /consumer' }),
    );
    await world.after(10_000);
    expect(world.counts['/consumer']).toBe(6);
    expect(world.condition('demo', 'Conflict')).toBe('False/NoConflict');
    expect(world.events).toContain('ScalingAgain');
  });

  it('Hold counts anew from the latest change', async () => {
    await running('Hold');
    world.marathon.others.scale('/consumer', 2);
    await world.after(50_000);
    world.marathon.others.scale('/consumer', 3);
    await world.after(50_000);
    expect(world.counts['/consumer']).toBe(3);
  });

  it('a held count takes its slots: others get what is left', async () => {
    await running('Hold');
    world.marathon.others.scale('/consumer', 7);
    await world.after(20_000);
    expect(world.counts).toEqual({ '/consumer': 7, '/filler': 3 });
  });

  it('Adopt goes on from it', async () => {
    await running('Adopt');
    world.marathon.others.scale('/consumer', 2);
    await world.after(5_000);
    expect(world.events).toContain('ManualScale');
    expect(world.counts['/consumer']).toBe(4);
    expect(world.condition('demo', 'Conflict')).toBe('False/NoConflict');
  });

  it('Revert puts back what we had asked for as soon as there is room', async () => {
    await running('Revert');
    world.marathon.others.scale('/consumer', 2);
    await world.after(1_500);
    expect(world.counts['/consumer']).toBe(4);
    expect(world.events).toContain('ManualScale');
  });

  it('knows its own writes, also those that failed on the way back', async () => {
    await running('Hold');
    for (const count of [5, 3, 6, 2]) {
      world.metrics.set(1, count);
      await world.after(5_000);
    }
    expect(world.counts['/consumer']).toBe(2);
    expect(world.events).not.toContain('ManualScale');
  });

  it('knows its own write when it lands twice, the second time over a newer one', async () => {
    await running('Hold');
    world.marathon.interfere({
      apply: async (_, next) => {
        const result = await next();
        return result.outcome === 'accepted' ? { ...result, mayLandAgain: true } : result;
      },
    });
    for (const count of [7, 3]) {
      world.metrics.set(1, count);
      await world.after(5_000);
      expect(world.counts['/consumer']).toBe(count);
    }
    world.marathon.others.scale('/consumer', 7);
    await world.after(5_000);
    expect(world.counts['/consumer']).toBe(3);
    expect(world.events).not.toContain('ManualScale');
  });

  it('stops writing when the counts alternate, and says Conflict', async () => {
    await running('Revert');
    for (let i = 0; i < 3; i++) {
      world.marathon.others.scale('/consumer', 1);
      await world.after(3_000);
    }
    expect(world.condition('demo', 'Conflict')).toBe('True/AlternatingCounts');
    expect(world.events).toContain('Conflict');
    const { writes } = world.marathon.stats();
    world.metrics.set(1, 9);
    await world.after(30_000);
    expect(world.counts['/consumer']).toBe(1);
    expect(world.marathon.stats().writes - writes).toBeLessThanOrEqual(1);
    await world.after(40_000);
    expect(world.counts['/consumer']).toBe(9);
    expect(world.condition('demo', 'Conflict')).toBe('False/NoConflict');
  });

  it('does not take three changes by one person for a conflict', async () => {
    await running('Hold');
    for (const count of [2, 3, 5, 6]) {
      world.marathon.others.scale('/consumer', count);
      await world.after(2_000);
    }
    expect(world.condition('demo', 'Conflict')).toBe('True/ManualScale');
  });
});

describe('an app that somebody else made', () => {
  const foreign = { cmd: 'run consumer', cpus: 1, mem: 100 };

  it('is not touched without adopt: nor is the rest of its policy', async () => {
    world = new World();
    world.marathon.others.create('/consumer', 2, foreign);
    world.policies.put('demo.yaml', aPolicy('demo', [consumerThat('Hold'), aFiller('filler')]));
    world.metrics.set(1, 6);
    await world.start(20_000);
    expect(world.counts).toEqual({ '/consumer': 2 });
    expect(world.condition('demo', 'Accepted')).toBe('False/AdoptionRequired');
    expect(world.message('demo', 'Accepted')).toContain('adopt: true');
    expect(world.marathon.stats().writes).toBe(0);
  });

  it('is taken on with adopt, without a restart', async () => {
    world = new World();
    world.marathon.others.create('/consumer', 2, foreign);
    world.policies.put('demo.yaml', aPolicy('demo', [{ ...consumerThat('Hold'), adopt: true }]));
    world.metrics.set(1, 2);
    await world.start(20_000);
    expect(world.events.filter((reason) => reason === 'Adopted')).toHaveLength(1);
    expect(world.marathon.stats().writes).toBe(0);
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    world.metrics.set(1, 5);
    await world.after(2_000);
    expect(world.counts).toEqual({ '/consumer': 5 });
  });

  it('must exist when the policy cannot make it', async () => {
    world = new World();
    const { app: _, ...without } = consumerThat('Hold');
    world.policies.put('demo.yaml', aPolicy('demo', [{ ...without, adopt: true }, aFiller('filler')]));
    world.metrics.set(1, 4);
    await world.start(20_000);
    expect(world.condition('demo', 'Applied')).toBe('False/AppMissing');
    expect(world.counts).toEqual({ '/filler': 10 });
    world.marathon.others.create('/consumer', 1, foreign);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
  });
});

describe('definitions', () => {
  it('reverts drift, and scales nothing of the pool meanwhile', async () => {
    world = new World({ startMs: 3_000, stopMs: 1_000 });
    const drift = { cmd: 'something else', cpus: 1, mem: 100 };
    world.marathon.others.create('/consumer', 2, drift);
    world.policies.put(
      'demo.yaml',
      aPolicy('demo', [{ ...consumerThat('Hold'), adopt: true }, aFiller('filler')]),
    );
    world.metrics.set(1, 2);
    await world.start(60_000);
    expect(world.marathon.snapshot().get('/consumer')?.definition).toMatchObject({ cmd: 'run consumer' });
    expect(world.events).toContain('Updated');
    expect(world.counts).toEqual({ '/consumer': 2, '/filler': 8 });
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
  });

  it('are left alone and reported where the policy says so', async () => {
    world = new World();
    world.marathon.others.create('/consumer', 2, { cmd: 'something else', cpus: 1, mem: 100 });
    const apps = [{ ...consumerThat('Hold'), adopt: true }];
    world.policies.put('demo.yaml', aPolicy('demo', apps, { drift: 'Report' }));
    world.metrics.set(1, 5);
    await world.start(20_000);
    expect(world.marathon.snapshot().get('/consumer')?.definition).toMatchObject({ cmd: 'something else' });
    expect(world.condition('demo', 'Applied')).toBe('False/Drifted');
    expect(world.message('demo', 'Applied')).toContain('cmd');
    expect(world.counts).toEqual({ '/consumer': 5 });
  });

  it('follows an edit of the definition, then goes on scaling', async () => {
    world = new World();
    const consumer = consumerThat('Hold');
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, aFiller('filler')]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    const edited = { ...consumer, app: { ...consumer.app, cmd: 'run better' } };
    world.policies.put('demo.yaml', aPolicy('demo', [edited, aFiller('filler')]));
    await world.after(10_000);
    expect(world.marathon.snapshot().get('/consumer')?.definition).toMatchObject({ cmd: 'run better' });
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 6, '/filler': 4 });
    expect(world.policy('demo')).toMatchObject({ generation: 2, observedGeneration: 2 });
  });

  it("freezes the pool's counts during somebody's rolling restart", async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumerThat('Hold'), aFiller('filler')]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    const end = world.marathon.others.lock('/filler', 'Restart');
    world.metrics.set(1, 8);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(
      world
        .app('/consumer')
        .steps.map(({ reason }) => reason)
        .join(),
    ).toContain('/filler is being restarted');
    end();
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 8, '/filler': 2 });
  });

  it('lets the others go on when a restart does not come to an end, and says what to do', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumerThat('Hold'), aFiller('filler')]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    const end = world.marathon.others.lock('/consumer', 'Restart');
    await world.after(290_000);
    world.policies.put(
      'demo.yaml',
      aPolicy('demo', [consumerThat('Hold'), aFiller('filler', { instances: { min: 1, max: 2 } })]),
    );
    await world.after(5_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'Applied')).toBe('False/Deploying');
    await world.after(15_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 2 });
    world.metrics.set(1, 7);
    await world.after(5_000);
    expect(world.counts['/consumer']).toBe(4);
    expect(world.condition('demo', 'Applied')).toBe('False/DeploymentStuck');
    const message = world.message('demo', 'Applied');
    expect(message).toMatch(/^\/consumer: deployment \S+ restarts it since 20\S+Z .*the other apps go on/);
    expect(message).toMatch(/ask whoever updated it, or roll it back with DELETE \/v2\/deployments\//);
    expect(world.events.filter((reason) => reason === 'DeploymentStuck')).toHaveLength(1);
    end();
    await world.after(10_000);
    expect(world.counts['/consumer']).toBe(7);
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
  });

  it('replaces its own update, still under way, by the next one', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumerThat('Hold')]));
    await world.start(10_000);
    const superseded = updatesThatNeverEnd(world.marathon, (ms) => world.after(ms));
    const edited = (cmd: string) =>
      aPolicy('demo', [{ ...consumerThat('Hold'), app: { cmd, cpus: 1, mem: 100 } }]);
    world.policies.put('demo.yaml', edited('broken'));
    await world.after(10_000);
    const [first] = world.marathon.snapshot().get('/consumer')?.operations ?? [];
    world.policies.put('demo.yaml', edited('right'));
    await world.after(10_000);
    expect(superseded).toEqual([undefined, first?.id]);
    expect(world.marathon.snapshot().get('/consumer')?.definition['cmd']).toBe('right');
  });
});

describe('a surplus that only waits', () => {
  it('is lent to the others after a minute, said with what to do, and taken back at the first chance', async () => {
    world = new World({ slots: 5 });
    const batch = anApp('batch', { ...wants(2), priority: 2, instances: { min: 0, max: 10 } });
    world.policies.put('demo.yaml', aPolicy('demo', [consumerThat('Hold'), batch]));
    world.metrics.set(1, 8);
    await world.start(10_000);
    expect(world.app('/consumer')).toMatchObject({ requested: 8, running: 5, waiting: 3 });
    const mend = world.marathon.failWhen(({ kind, app }) =>
      kind === 'scale' && app === '/consumer'
        ? new SurplusWaits('3 of its 8 instances still wait', 1_000)
        : undefined,
    );
    world.metrics.set(1, 3);
    world.metrics.set(2, 6);
    await world.after(45_000);
    expect(world.counts).toEqual({ '/consumer': 8, '/batch': 2 });
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
    await world.after(40_000);
    expect(world.counts).toEqual({ '/consumer': 8, '/batch': 5 });
    expect(world.condition('demo', 'NotLaunching')).toBe('True/SurplusWaiting');
    expect(world.message('demo', 'NotLaunching')).toMatch(
      /3 of its 8 instances still wait \(since 20\S+Z\); .*lent to the others; make them launch .*restarts 5 running/,
    );
    mend();
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 3, '/batch': 6 });
    expect(world.condition('demo', 'NotLaunching')).not.toBe('True/SurplusWaiting');
  });
});

describe('a field that Marathon does not keep', () => {
  it('is not sent again and again, and is said; scaling goes on', async () => {
    world = new World();
    let updates = 0;
    world.marathon.interfere({
      apply: async ({ kind }, next) => {
        if (kind !== 'update') return await next();
        updates += 1;
        return { outcome: 'accepted', operation: `d${updates}` };
      },
    });
    world.policies.put('demo.yaml', aPolicy('demo', [consumerThat('Hold'), aFiller('filler')]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    const odd = { ...consumerThat('Hold'), app: { cmd: 'run consumer', cpus: 1, mem: 100, networks: [] } };
    world.policies.put('demo.yaml', aPolicy('demo', [odd, aFiller('filler')]));
    world.metrics.set(1, 6);
    await world.after(60_000);
    expect(updates).toBeGreaterThan(0);
    expect(updates).toBeLessThan(6);
    expect(world.counts['/consumer']).toBe(6);
    expect(world.condition('demo', 'Applied')).toBe('False/Drifted');
    expect(world.message('demo', 'Applied')).toContain('still shows another networks');
  });
});
