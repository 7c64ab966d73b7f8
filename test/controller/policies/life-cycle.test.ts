// How policies come and go: edits, bad edits, vanished files, duplicates, modes, pools of several.

import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { aFiller, anApp, aPolicy, aPool, FakePolicies, World, wants } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

const consumer = anApp('consumer', wants(1));
const filler = aFiller('filler');
const demo = aPolicy('demo', [consumer, filler]);

async function running(): Promise<void> {
  world = new World();
  world.policies.put('demo.yaml', demo);
  world.metrics.set(1, 4);
  await world.start(10_000);
  expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
}

describe('edits', () => {
  it('take effect without a restart', async () => {
    await running();
    const smaller = { ...consumer, instances: { min: 1, max: 2 } };
    world.policies.put('demo.yaml', aPolicy('demo', [smaller, filler]));
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 2, '/filler': 8 });
    expect(world.policy('demo')).toMatchObject({ generation: 2, observedGeneration: 2 });
  });

  it('a bad one leaves the last good one running and says so', async () => {
    await running();
    world.policies.spoil('demo.yaml', '`max` must be a number');
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 6, '/filler': 4 });
    expect(world.condition('demo', 'Accepted')).toBe('False/InvalidSpec');
    expect(world.message('demo', 'Accepted')).toContain('demo.yaml:1: `max` must be a number');
    expect(world.message('demo', 'Accepted')).toContain('generation 1 goes on running');
    expect(world.events).toContain('InvalidSpec');
    world.policies.put('demo.yaml', demo);
    await world.after(1_000);
    expect(world.condition('demo', 'Accepted')).toBe('True/Valid');
  });

  it('a file that cannot be read deletes nothing', async () => {
    await running();
    world.policies.complete = false;
    world.policies.remove('demo.yaml');
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 6, '/filler': 4 });
    expect(world.events).not.toContain('Released');
    expect(world.view.problems).toEqual([
      { source: 'directory policies', message: expect.stringMatching(/could be read; .*counts as deleted/) },
    ]);
    world.policies.complete = true;
    world.policies.put('other.yaml', aPolicy('other', [anApp('other')]));
    await world.after(1_000);
    expect(world.view.problems).toEqual([]);
  });

  it('a source that cannot be listed leaves everything running', async () => {
    await running();
    world.policies.failNext(new TransientError('the directory is gone'));
    await world.after(200);
    expect(world.view.problems).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('the directory is gone') }),
    );
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts['/consumer']).toBe(6);
    expect(world.view.problems).toEqual([]);
  });
});

describe('a policy that is gone', () => {
  it('leaves its apps as they are, and takes them up again when it is back', async () => {
    await running();
    world.policies.remove('demo.yaml');
    world.metrics.set(1, 8);
    await world.after(20_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.view.pools).toEqual([]);
    expect(world.events).toEqual(expect.arrayContaining(['PolicyRemoved', 'Released']));
    expect(world.metrics.open).toBe(0);
    world.policies.put('demo.yaml', demo);
    await world.after(20_000);
    expect(world.counts).toEqual({ '/consumer': 8, '/filler': 2 });
  });

  it('deletes what it made when it says so, and releases what it adopted', async () => {
    world = new World();
    world.marathon.others.create('/consumer', 2, { cmd: 'run consumer', cpus: 1, mem: 100 });
    world.policies.put(
      'demo.yaml',
      aPolicy('demo', [{ ...consumer, adopt: true }, filler], { onDelete: 'Delete' }),
    );
    world.metrics.set(1, 2);
    await world.start(10_000);
    world.policies.remove('demo.yaml');
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 2 });
  });

  it('releases an app that an edit drops', async () => {
    await running();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer]));
    world.metrics.set(1, 9);
    await world.after(20_000);
    expect(world.counts).toEqual({ '/consumer': 9, '/filler': 6 });
    expect(world.view.events).toContainEqual(
      expect.objectContaining({ reason: 'Released', object: 'app /filler' }),
    );
  });

  it('is collected again and again until Marathon can be read', async () => {
    await running();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler], { onDelete: 'Delete' }));
    await world.after(2_000);
    for (let i = 0; i < 4; i++) world.marathon.failNext('observe', new TransientError('marathon is away'));
    world.policies.remove('demo.yaml');
    await world.after(60_000);
    expect(world.counts).toEqual({});
  });
});

describe('two homes', () => {
  it('refuses both documents of one policy, names both places, and keeps what ran', async () => {
    await running();
    const other = aPolicy('demo', [{ ...consumer, instances: { min: 1, max: 2 } }, filler]);
    world.policies.put('copy.yaml', other);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'Accepted')).toBe('False/DuplicatePolicy');
    expect(world.message('demo', 'Accepted')).toContain('copy.yaml:1 and demo.yaml:1');
    world.policies.remove('demo.yaml');
    await world.after(10_000);
    expect(world.condition('demo', 'Accepted')).toBe('True/Valid');
    expect(world.counts).toEqual({ '/consumer': 2, '/filler': 8 });
  });

  it('runs neither when both were there from the start', async () => {
    const second = new FakePolicies('git main');
    world = new World();
    await world.stop();
    const sources = [new FakePolicies('directory a'), second];
    for (const source of sources) source.put('demo.yaml', demo);
    world = new World({}, { sources });
    await world.start(10_000);
    expect(world.counts).toEqual({});
    expect(world.message('demo', 'Accepted')).toContain(
      'demo.yaml:1 (directory a) and demo.yaml:1 (git main)',
    );
  });

  it('two policies over one app: the one that has it goes on, the newcomer says why', async () => {
    await running();
    world.policies.put(
      'late.yaml',
      aPolicy('late', [anApp('late', wants(2)), { ...consumer, name: 'mine' }]),
    );
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 6, '/filler': 4 });
    expect(world.condition('demo', 'Accepted')).toBe('True/Valid');
    expect(world.condition('late', 'Accepted')).toBe('False/DuplicateApp');
    expect(world.message('late', 'Accepted')).toContain('default/demo (demo.yaml:1)');
    expect(world.message('late', 'Accepted')).toContain('default/late (late.yaml:1)');
    world.policies.remove('late.yaml');
    await world.after(1_000);
    expect(world.condition('demo', 'Accepted')).toBe('True/Valid');
  });
});

describe('modes', () => {
  it('Observe decides and reports, and writes nothing', async () => {
    world = new World();
    world.marathon.others.create('/consumer', 2, { cmd: 'run consumer', cpus: 1, mem: 100 });
    const apps = [{ ...consumer, adopt: true }, filler];
    world.policies.put('demo.yaml', aPolicy('demo', apps, { mode: 'Observe' }));
    world.metrics.set(1, 5);
    await world.start(20_000);
    expect(world.counts).toEqual({ '/consumer': 2 });
    expect(world.marathon.stats().writes).toBe(0);
    expect(world.app('/consumer')).toMatchObject({ wanted: 5, requested: 2 });
    expect(world.condition('demo', 'Applied')).toBe('Unknown/Observing');
    const told = world.view.decisions.filter(({ app }) => app === '/consumer');
    expect(told).toMatchObject([{ from: 2, to: 5 }]);
  });

  it('Paused decides nothing, and goes on from what is there', async () => {
    await running();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler], { mode: 'Paused' }));
    world.metrics.set(1, 8);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'Paused')).toBe('True/PausedBySpec');
    expect(world.app('/consumer').summary).toContain('paused');
    world.marathon.others.scale('/consumer', 3);
    world.policies.put('demo.yaml', demo);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 8, '/filler': 2 });
    expect(world.events).not.toContain('ManualScale');
    expect(world.events).toContain('Resumed');
  });
});

describe('a pool of several policies', () => {
  const api = aPolicy('api', [anApp('api', { ...wants(1), priority: 1 })], { pool: 'shared' });
  const batch = aPolicy('batch', [aFiller('batch', { priority: 2 })], { pool: 'shared', interval: '2s' });

  it('shares its slots by priority across the policies, at the pace of the fastest', async () => {
    world = new World();
    world.policies.put('pool.yaml', aPool('shared', 6));
    world.policies.put('api.yaml', api);
    world.policies.put('batch.yaml', batch);
    world.metrics.set(1, 2);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/api': 2, '/batch': 4 });
    expect(world.view.pools).toMatchObject([
      { name: 'pool:default/shared', intervalMs: 500, capacity: { total: 6, used: 6 } },
    ]);
    world.metrics.set(1, 5);
    await world.after(5_000);
    expect(world.counts).toEqual({ '/api': 5, '/batch': 1 });
  });

  it('counts a paused member as use that is there', async () => {
    world = new World();
    world.policies.put('pool.yaml', aPool('shared', 6));
    world.policies.put('api.yaml', api);
    world.policies.put('batch.yaml', batch);
    world.metrics.set(1, 2);
    await world.start(10_000);
    world.policies.put('batch.yaml', aPolicy('batch', batch.spec.apps, { pool: 'shared', mode: 'Paused' }));
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/api': 2, '/batch': 4 });
  });

  it('must exist; appears without a restart; stays in use when it is deleted under its members', async () => {
    world = new World();
    world.policies.put('api.yaml', api);
    world.metrics.set(1, 2);
    await world.start(5_000);
    expect(world.condition('api', 'Accepted')).toBe('False/PoolNotFound');
    expect(world.counts).toEqual({});
    world.policies.put('pool.yaml', aPool('shared', 3));
    await world.after(5_000);
    expect(world.counts).toEqual({ '/api': 2 });
    world.policies.remove('pool.yaml');
    world.metrics.set(1, 5);
    await world.after(5_000);
    expect(world.condition('api', 'Accepted')).toBe('False/PoolNotFound');
    expect(world.counts).toEqual({ '/api': 3 });
  });
});

describe('an operator without policies', () => {
  it('is ready once it has listed its sources and read Marathon', async () => {
    world = new World();
    world.marathon.failNext('observe', new TransientError('marathon is away'));
    await world.start(100);
    expect(world.view).toMatchObject({
      ready: false,
      cluster: { reachable: false, message: 'marathon is away' },
    });
    await world.after(5_000);
    expect(world.view).toMatchObject({ ready: true, cluster: { reachable: true } });
  });
});

describe('apps that a policy released while no operator ran', () => {
  const orphans = () => world.view.events.filter(({ reason }) => reason === 'Orphaned');

  it('are reported once, with what to do, and left alone whatever the policy says now', async () => {
    world = new World();
    const apps = [anApp('a', { instances: { fixed: 1 } }), anApp('b', { instances: { fixed: 2 } })];
    world.policies.put('demo.yaml', aPolicy('demo', apps));
    await world.start(15_000);
    expect(orphans()).toEqual([]);
    await world.stop();

    const { marathon } = world;
    world = new World({}, { schedulerFor: () => marathon });
    world.policies.put('demo.yaml', aPolicy('demo', apps.slice(0, 1), { onDelete: 'Delete' }));
    await world.start(60_000);
    expect([...marathon.snapshot().keys()]).toEqual(['/a', '/b']);
    expect(orphans()).toHaveLength(1);
    expect(orphans()[0]).toMatchObject({
      object: 'operator',
      message: expect.stringMatching(
        /^1 app of earlier policies that no policy names now: \/b; they stay as they are\. 'microscaling orphans' lists them/,
      ),
    });
    expect(world.state.orphans?.list()).toEqual([
      {
        app: '/b',
        policy: 'default/demo',
        why: expect.stringMatching(/^policy default\/demo made it, and no policy/),
      },
    ]);
  });

  /** 35 apps that a policy of another day has made, under a policy of one app. */
  async function withOrphans(documents = createMemoryDocumentStore()): Promise<void> {
    world = new World({}, { documents });
    cluster = world.marathon;
    for (let i = 0; i < 35; i += 1) {
      const old = { app: `/old/${i}`, definition: { cmd: 'x' }, envFrom: [], owner: 'default/old' };
      await cluster.apply({ kind: 'create', instances: 1, reason: '', ...old }, never);
    }
    world.policies.put('demo.yaml', aPolicy('demo', [anApp('a', { instances: { fixed: 1 } })]));
    await world.start(10_000);
  }
  let cluster: World['marathon'];
  const never = new AbortController().signal;

  it('are one event, however many they are', async () => {
    await withOrphans();
    expect(orphans()).toHaveLength(1);
    expect(orphans()[0]?.message).toMatch(
      /^35 apps of earlier policies .*: \/old\/0, \/old\/1, \/old\/10 and 32 more;/,
    );
    expect(world.state.orphans?.list()).toHaveLength(35);
    await world.after(60_000);
    expect(orphans()).toHaveLength(1);
  });

  it('stay as they are once they are released, also over a restart, until a policy names them', async () => {
    const documents = createMemoryDocumentStore();
    await withOrphans(documents);
    world.state.orphans?.release('/old/7');
    expect(world.state.orphans?.list().some(({ app }) => app === '/old/7')).toBe(false);
    expect(cluster.snapshot().get('/old/7')?.requested).toBe(1);
    const { clock } = world;
    await world.stop();
    world = new World({}, { schedulerFor: () => cluster, documents, clock });
    world.policies.put('demo.yaml', aPolicy('demo', [anApp('a', { instances: { fixed: 1 } })]));
    await world.start(10_000);
    expect(world.state.orphans?.list()).toHaveLength(34);
    expect(orphans().at(0)?.message).toMatch(/^34 apps/);
  });

  it('are deleted when somebody says so, and nothing else is', async () => {
    await withOrphans();
    await world.state.orphans?.delete('/old/7', never);
    await world.after(5_000);
    expect(cluster.snapshot().has('/old/7')).toBe(false);
    expect(world.state.orphans?.list()).toHaveLength(34);
    for (const app of ['/a', '/old/7', '/nobody'])
      await expect(world.state.orphans?.delete(app, never)).rejects.toThrow(`${app} is no orphan`);
    expect(cluster.snapshot().has('/a')).toBe(true);
  });

  it('are not looked for before Marathon answers', async () => {
    world = new World();
    world.marathon.others.create('/c', 1, {});
    world.policies.put('demo.yaml', aPolicy('demo', [anApp('a', { instances: { fixed: 1 } })]));
    let searches = 0;
    world.marathon.owned = async () => {
      searches += 1;
      if (searches === 1) throw new Error('away');
      return new Map([['/c', 'default/gone']]);
    };
    await world.start(60_000);
    expect(searches).toBe(2);
    expect(orphans().map(({ message }) => message)).toEqual([expect.stringMatching(/^1 app .*: \/c;/)]);
  });
});
