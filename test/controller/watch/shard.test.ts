// Policies that several operators share: whose each pool is by its labels, and what an operator does with the others.

import { afterEach, describe, expect, it } from 'vitest';
import { type Labels, parseLabelSelector } from '../../../src/api/labels/label-selector.ts';
import type { CapacityPool, MicroscalingPolicy } from '../../../src/api/policy.ts';
import type { RecordedOperatorDeps } from '../../../src/controller/operator.ts';
import type { Shard } from '../../../src/controller/watch/shard.ts';
import type { PoolOwner, PoolsToRun } from '../../../src/policy-sources/pools-to-run.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { aFiller, anApp, aPolicy, aPool, World, wants } from '../../support/fakes.ts';
import { FakeHome } from '../../support/kubernetes/fake-home.ts';

/** A shard whose Leases a test moves: it has what it selects, unless somebody else does. */
class FakeShard implements Shard {
  readonly selector: string;
  readonly owners = new Map<string, PoolOwner>();
  pools: PoolsToRun = { ours: new Set(), areOthers: () => false, isGone: () => false };
  looks = 0;
  #onChange: (pool: string) => void = () => undefined;

  constructor(selector: string) {
    this.selector = selector;
  }

  selects(labels: Labels): boolean {
    const parsed = parseLabelSelector(this.selector);
    return 'matches' in parsed && parsed.matches(labels);
  }

  isAbout(labels: Labels): boolean {
    return Object.hasOwn(labels, 'shard');
  }

  follow(pools: PoolsToRun): void {
    this.pools = pools;
    this.looks += 1;
  }

  owner(pool: string): PoolOwner | undefined {
    return this.owners.get(pool);
  }

  has(pool: string): boolean {
    return this.owner(pool)?.operator === 'us';
  }

  subscribe(onChange: (pool: string) => void): void {
    this.#onChange = onChange;
  }

  give(pool: string, operator: string): void {
    this.owners.set(pool, { operator, holder: `${operator}-1` });
    this.#onChange(pool);
  }
}

function labelled<R extends MicroscalingPolicy | CapacityPool>(resource: R, shard: string | undefined): R {
  const labels = shard === undefined ? {} : { shard };
  return { ...resource, metadata: { ...resource.metadata, labels } };
}

let world: World;
afterEach(() => world.stop());

function aWorld(selector = 'shard=a', more: Pick<RecordedOperatorDeps, 'documents'> = {}) {
  const shard = new FakeShard(selector);
  const home = new FakeHome();
  world = new World(
    {},
    {
      ...more,
      sources: [home],
      shard,
      leadership: async (_, pool) => {
        const acting = pool === undefined || (shard.pools.ours.has(pool) && shard.has(pool));
        return { acting, reason: acting ? 'it has the pool' : 'another operator has the pool' };
      },
    },
  );
  world.metrics.set(1, 4);
  return { shard, home };
}

const near = labelled(aPolicy('near', [anApp('a', wants(1))]), 'a');
const far = labelled(aPolicy('far', [anApp('b', wants(1))]), 'b');
const nearPool = 'default/near';

describe('the pools of an operator with a selector', () => {
  const inPool = (name: string, shard: string | undefined): MicroscalingPolicy =>
    labelled(aPolicy(name, [anApp(name, wants(1))], { pool: 'shared' }), shard);

  it.each<[string, readonly (MicroscalingPolicy | CapacityPool)[], readonly string[]]>([
    ['a policy by its own labels', [near, far], [nearPool]],
    ['not a policy without the label', [labelled(near, undefined)], []],
    [
      'a CapacityPool by its own labels, with every policy in it',
      [labelled(aPool('shared', 9), 'a'), inPool('x', 'b'), inPool('y', undefined)],
      ['pool:default/shared'],
    ],
    [
      'not a policy whose labels match while its pool does not',
      [labelled(aPool('shared', 9), 'b'), inPool('x', 'a')],
      [],
    ],
    ['a CapacityPool without members', [labelled(aPool('shared', 9), 'a')], ['pool:default/shared']],
    ['a policy whose CapacityPool is not there', [inPool('x', 'a')], ['pool:default/shared']],
  ])('are %s', async (_, resources, pools) => {
    const { home, shard } = aWorld();
    for (const resource of resources) home.put(resource);
    await world.start();
    expect([...shard.pools.ours]).toEqual(pools);
  });

  it('are gone over once where many of them change hands in the same moment', async () => {
    const { home, shard } = aWorld();
    home.put(near);
    await world.start();
    const { looks } = shard;
    for (let i = 0; i < 100; i++) shard.give(`default/shop-${i}`, 'them');
    await world.after(0);
    expect(shard.looks - looks).toBe(1);
  });

  it('follow their labels, also while an edit of the spec is refused', async () => {
    const { home, shard } = aWorld();
    home.put(near);
    home.put(far);
    await world.start();
    home.put({ ...labelled(near, 'b'), spec: { ...near.spec, pool: 'nowhere' } });
    home.put(labelled(far, 'a'));
    await world.after(2_000);
    expect([...shard.pools.ours]).toEqual(['default/far']);
    expect(shard.pools.areOthers(nearPool)).toBe(true);
  });

  it('tell a policy that follows its pool, and whose own labels speak of somebody else', async () => {
    const { home, shard } = aWorld();
    home.put(labelled(aPool('shared', 9), 'a'));
    for (const [name, own] of [
      ['stray', 'b'],
      ['same', 'a'],
      ['plain', undefined],
    ] as const)
      home.put(inPool(name, own));
    shard.give('pool:default/shared', 'us');
    await world.start(5_000);
    expect(world.condition('stray', 'Accepted')).toBe('True/Valid');
    expect(world.message('stray', 'Accepted')).toMatch(
      /^the policy is valid; its labels are not those of --selector shard=a, and it follows its pool `shared`/,
    );
    for (const name of ['same', 'plain']) expect(world.message(name, 'Accepted')).toBe('the policy is valid');
    expect(world.counts).toMatchObject({ '/stray': expect.any(Number) });
  });

  it('are given up when they are gone for certain, and not while a source cannot be read to its end', async () => {
    const { home, shard } = aWorld();
    home.put(near);
    home.complete = false;
    await world.start();
    expect(shard.pools.areOthers('default/unseen')).toBe(false);
    home.complete = true;
    home.put(far);
    await world.after(2_000);
    expect(shard.pools.areOthers('default/unseen')).toBe(true);
  });
});

describe('a pool of another operator', () => {
  it('is not looked at, costs no reading, and says whose it is', async () => {
    const { home, shard } = aWorld();
    home.put(far);
    shard.give('default/far', 'them');
    await world.start(10_000);
    expect(world.metrics.reads).toBe(0);
    expect(world.counts).toEqual({});
    for (const type of ['MetricsAvailable', 'Applied', 'Ready'])
      expect(world.condition('far', type)).toBe('Unknown/Standby');
    const words = 'stands by: its labels are not those of --selector shard=a; operator them (them-1) has it';
    expect(world.message('far', 'Applied')).toBe(words);
    expect(world.view.pools[0]?.owner).toEqual({ operator: 'them', holder: 'them-1' });
    expect(home.writes.size).toBe(0);
    expect(world.events).not.toContain('StandingBy');
    expect(world.view.ready).toBe(true);
  });

  it('says so when nobody has it', async () => {
    const { home } = aWorld();
    home.put(far);
    await world.start();
    expect(world.message('far', 'Applied')).toMatch(/; no other operator has taken it$/);
  });

  it('that has the same selector, too, is looked at, and neither written nor reported on', async () => {
    const { home, shard } = aWorld();
    home.put(near);
    shard.give(nearPool, 'them');
    await world.start(10_000);
    expect(world.app('/a').metrics).toMatchObject([{ value: 4 }]);
    expect(world.counts).toEqual({});
    expect(home.writes.size).toBe(0);
    expect(world.message('near', 'Applied')).toBe('stands by: another operator has the pool');
  });

  it('is left with its counts as they are, and taken over with them', async () => {
    const { home, shard } = aWorld();
    home.put(near);
    shard.give(nearPool, 'us');
    await world.start(20_000);
    expect(world.counts).toEqual({ '/a': 4 });
    home.put(labelled(near, 'b'));
    await world.after(1_000);
    shard.give(nearPool, 'them');
    world.metrics.set(1, 7);
    const { reads } = world.metrics;
    await world.after(20_000);
    expect(home.status('MicroscalingPolicy default/near')).toMatchObject({ operator: 'us' });
    expect([world.counts, world.metrics.reads]).toEqual([{ '/a': 4 }, reads]);
    expect(world.metrics.open).toBe(0);
    // What is not looked at any more must not look like rounds that stand still.
    expect(world.view.pools[0]).not.toHaveProperty('lastRoundAtMs');
    expect(world.events.filter((reason) => reason === 'StandingBy')).toHaveLength(1);
    const written = home.writes.get('MicroscalingPolicy default/near');
    world.marathon.others.scale('/a', 6);
    world.metrics.set(1, 6);
    await world.after(5_000);
    home.put(labelled(near, 'a'));
    shard.give(nearPool, 'us');
    await world.after(20_000);
    expect(world.counts).toEqual({ '/a': 6 });
    expect(world.condition('near', 'Conflict')).toBe('False/NoConflict');
    expect(home.writes.get('MicroscalingPolicy default/near')).toBeGreaterThan(written ?? 0);
    expect(home.condition('MicroscalingPolicy default/near', 'Ready')).toBe('True/AllTrue');
  });

  it('is given what was learned of it, which goes on at the one that takes it', async () => {
    const learnedOf = (text: string | undefined): unknown => {
      const { scenes } = JSON.parse(text ?? '{}') as { readonly scenes?: Record<string, { apps?: unknown }> };
      return Object.values(scenes ?? {}).map(({ apps }) => apps);
    };
    const { home, shard } = aWorld();
    home.put(near);
    shard.give(nearPool, 'us');
    await world.start(20_000);
    home.put(labelled(near, 'b'));
    await world.after(1_000);
    // The rounds have ended, and the pool is about to be given back.
    const text = world.learning.of(nearPool);
    expect(learnedOf(text)).toMatchObject([{ '/a': { deadTime: { ms: 980, seen: 4 } } }]);
    expect(world.learning.of(nearPool)).toBeUndefined();
    await world.stop();

    const next = aWorld('shard=b');
    next.home.put(labelled(near, 'b'));
    next.shard.give(nearPool, 'us');
    await world.start(500);
    // Here an instance starts within a second, too.
    world.learning.taken(nearPool, text?.replace('"ms":980', '"ms":9800') ?? '');
    await world.after(2_000);
    const [, ms] = /"deadTime":\{"ms":(\d+)/.exec(world.learning.of(nearPool) ?? '') ?? [];
    expect(Number(ms)).toBeGreaterThan(2_000);
  });

  it.each([
    ['no JSON', '{'],
    ['of another form', '{"version":7,"savedAtMs":0,"scenes":{}}'],
    ['damaged', '{"version":1,"savedAtMs":0,"scenes":{"":{"version":1,"apps":7}}}'],
    [
      'far too long',
      `{"version":1,"savedAtMs":0,"scenes":{"":{"version":1,"apps":{"${'x'.repeat(40_000)}":{}}}}}`,
    ],
  ])('goes on with what it knows itself where what came is %s', async (_, text) => {
    const { home, shard } = aWorld();
    home.put(near);
    shard.give(nearPool, 'us');
    await world.start(20_000);
    world.learning.taken(nearPool, text);
    await world.after(2_000);
    expect(world.learning.of(nearPool)).toContain('"deadTime":{"ms":980');
    expect(world.counts).toEqual({ '/a': 4 });
  });

  it('is collected by that one when it is deleted, and forgotten here', async () => {
    const { home, shard } = aWorld();
    home.put(labelled(aPolicy('far', [anApp('b', wants(1)), aFiller('rest')], { onDelete: 'Delete' }), 'b'));
    shard.give('default/far', 'them');
    world.marathon.others.create('/b', 3, { cmd: 'run b', cpus: 1, mem: 100 });
    await world.start();
    home.delete('MicroscalingPolicy default/far');
    await world.after(10_000);
    expect(home.has('MicroscalingPolicy default/far')).toBe(true);
    expect(world.events).not.toContain('NotLetGo');
    home.vanish('MicroscalingPolicy default/far');
    await world.after(10_000);
    expect(world.view.leaving).toEqual([]);
    expect(world.counts).toEqual({ '/b': 3 });
  });

  it('is forgotten when its policy joins another one: nothing is kept on disk, nor for who has it next', async () => {
    const documents = createMemoryDocumentStore();
    const { home, shard } = aWorld('shard=a', { documents });
    home.put(near);
    shard.give(nearPool, 'us');
    await world.start(20_000);
    expect([...documents.all('decision').keys()]).toEqual([nearPool]);
    home.put(labelled(aPool('shared', 9), 'a'));
    shard.give('pool:default/shared', 'us');
    home.put(labelled(aPolicy('near', near.spec.apps, { pool: 'shared' }), 'a'));
    await world.after(20_000);
    expect([...documents.all('decision').keys()]).toEqual(['pool:default/shared']);
    expect(world.learning.of(nearPool)).toBeUndefined();
  });

  it('is collected here when it is ours, to the end', async () => {
    const { home, shard } = aWorld();
    home.put({ ...near, spec: { ...near.spec, onDelete: 'Delete' } });
    shard.give(nearPool, 'us');
    await world.start(10_000);
    home.delete('MicroscalingPolicy default/near');
    await world.after(10_000);
    expect(world.counts).toEqual({});
    expect(home.has('MicroscalingPolicy default/near')).toBe(false);
  });
});
