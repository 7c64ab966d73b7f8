// Leadership is a pool's: of an instance that acts for one pool and stands by for another, nothing of the other is written.

import { afterEach, describe, expect, it } from 'vitest';
import type { Leadership } from '../../../src/controller/watch/leadership.ts';
import { aFiller, anApp, aPolicy, aPool, World, wants } from '../../support/fakes.ts';
import { FakeHome } from '../../support/kubernetes/fake-home.ts';

const signal = new AbortController().signal;

/** Two policies of their own budgets and one in a CapacityPool, each with an app that follows channel 1. */
function aWorld(...pools: readonly string[]) {
  const ours = new Set(pools);
  const asked = new Set<string | undefined>();
  const leadership: Leadership = async (_, pool) => {
    asked.add(pool);
    const acting = pool === undefined || ours.has(pool);
    return { acting, reason: acting ? 'it is ours' : 'another operator has it' };
  };
  const home = new FakeHome();
  const till = anApp('till', { instances: { fixed: 2 }, pageControl: { min: 0, max: 5 } });
  home.put(aPolicy('near', [anApp('a', wants(1)), till], { onDelete: 'Delete' }));
  home.put(aPolicy('far', [anApp('b', wants(1)), { ...till, name: 'desk', id: '/desk' }]));
  home.put(aPool('shared', 8));
  home.put(aPolicy('joined', [anApp('c', wants(1)), aFiller('rest')], { pool: 'shared' }));
  const world = new World({}, { sources: [home], leadership });
  world.metrics.set(1, 4);
  return { world, home, ours, asked };
}

let world: World;
afterEach(() => world.stop());

const idsIn = (lines: Iterable<string>): string[] =>
  [...new Set([...lines].map((line) => line.split(' ').slice(0, 2).join(' ')))].sort();

describe('an instance that acts for some pools', () => {
  it('asks about every pool by its key', async () => {
    const made = aWorld();
    world = made.world;
    await world.start(5_000);
    expect([...made.asked].sort()).toEqual(['default/far', 'default/near', 'pool:default/shared']);
  });

  it.each([
    [['default/near'], { '/a': 4, '/till': 2 }, ['MicroscalingPolicy default/near']],
    [['default/far'], { '/b': 4, '/desk': 2 }, ['MicroscalingPolicy default/far']],
    [
      ['pool:default/shared'],
      { '/c': 4, '/rest': 4 },
      ['CapacityPool default/shared', 'MicroscalingPolicy default/joined'],
    ],
    [[], {}, []],
  ])('of %j writes the apps, the statuses and the events, and no others', async (pools, counts, objects) => {
    const made = aWorld(...pools);
    world = made.world;
    await world.start(20_000);
    expect(world.counts).toEqual(counts);
    expect(idsIn(made.home.writes.keys())).toEqual(objects);
    expect(idsIn(made.home.events)).toEqual(objects);
  });

  it('says of the others that it stands by for them, and why', async () => {
    const made = aWorld('default/near');
    world = made.world;
    await world.start(5_000);
    expect(world.condition('near', 'Applied')).toBe('True/UpToDate');
    expect(world.condition('far', 'Applied')).toBe('Unknown/Standby');
    expect(world.message('joined', 'Applied')).toBe('stands by: another operator has it');
  });

  it('turns the control of its own apps only', async () => {
    const made = aWorld('default/near');
    world = made.world;
    made.world.marathon.others.create('/desk', 2, { cmd: 'run desk', cpus: 1, mem: 100 });
    await world.start(5_000);
    await world.state.actions.scale('/till', 3, signal);
    await expect(world.state.actions.scale('/desk', 3, signal)).rejects.toThrow(/another operator has it/);
    expect(world.counts).toMatchObject({ '/till': 3, '/desk': 2 });
  });

  it.each([
    ['collects what a deleted policy of its own owned, and lets the policy go', ['default/near'], true],
    ['leaves a deleted policy of another pool to whoever has that', ['default/far'], false],
  ])('%s', async (_, pools, goes) => {
    const made = aWorld(...pools);
    world = made.world;
    world.marathon.others.create('/a', 1, { cmd: 'run a', cpus: 1, mem: 100 });
    await world.start(5_000);
    made.home.delete('MicroscalingPolicy default/near');
    await world.after(20_000);
    expect(made.home.has('MicroscalingPolicy default/near')).toBe(!goes);
    expect(made.home.released).toEqual(goes ? ['MicroscalingPolicy default/near'] : []);
  });

  it('takes a pool over with the counts that it has', async () => {
    const made = aWorld('default/near');
    world = made.world;
    await world.start(5_000);
    world.marathon.others.create('/b', 7, { cmd: 'run b', cpus: 1, mem: 100 });
    made.home.put(aPolicy('far', [anApp('b', { ...wants(1), adopt: true })]));
    world.metrics.set(1, 7);
    await world.after(5_000);
    made.ours.add('default/far');
    await world.after(20_000);
    expect(world.counts['/b']).toBe(7);
    expect(made.home.condition('MicroscalingPolicy default/far', 'Applied')).toBe('True/UpToDate');
  });
});
