// Who has a pool: one operator at a time, whatever the selectors, and the next one as soon as it is safe.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Operators, type StartOptions } from './operators.ts';

const A: StartOptions = { operator: 'a', selects: ['a'] };
const B: StartOptions = { operator: 'b', selects: ['b'] };
/** Without a selector. */
const REST: StartOptions = { operator: 'rest' };
const BOTH: StartOptions = { operator: 'both', selects: ['a', 'b'] };

describe('pools of several operators', () => {
  it('are each run by the operator that selects them', async () => {
    const world = new Operators({ shop: 'a', mail: 'b', lone: 'c' });
    world.start(A);
    world.start(B);
    await world.run(10_000);
    expect(['shop', 'mail', 'lone'].map((pool) => world.acting(pool))).toEqual([['a-1'], ['b-2'], []]);
    expect(world.server.pools.get('shop')?.record).toMatchObject({ holder: 'a-1', operator: 'a' });
    expect(world.instances[1]?.leases.owner('shop')).toEqual({ operator: 'a', holder: 'a-1' });
    expect(world.instances[0]?.leases.state('lone').reason).toBe('no operator has taken the pool yet');
  });

  it('that two selectors match are run by whoever took them first, and the other says who does', async () => {
    const world = new Operators({ shop: 'a' });
    world.start(A);
    await world.run(5_000);
    const second = world.start(BOTH);
    await world.run(20_000);
    expect(world.acting('shop')).toEqual(['a-1']);
    expect(second.leases.state('shop')).toMatchObject({
      acting: false,
      reason: 'operator a (a-1) has the pool',
    });
    expect([...world.collisions]).toEqual([]);
  });

  it('go over when their label changes, after the last write of the one and before the first of the other', async () => {
    const world = new Operators({ shop: 'a', mail: 'a' });
    world.start(A);
    world.start(B);
    await world.run(8_000);
    world.labels.set('shop', 'b');
    await world.run(12_000);
    expect(world.acting('shop')).toEqual(['b-2']);
    expect(world.acting('mail')).toEqual(['a-1']);
    const writers = world.written.get('shop') ?? [];
    expect(writers.lastIndexOf('a-1')).toBeLessThan(writers.indexOf('b-2'));
    expect(world.server.pools.get('shop')?.record).toMatchObject({ operator: 'b', transitions: 1 });
    expect([...world.collisions]).toEqual([]);
  });

  it('stay with their operator while nobody can say what their label is', async () => {
    const world = new Operators({ shop: 'a' });
    world.start(A);
    world.start(BOTH);
    await world.run(8_000);
    world.labels.set('shop', undefined);
    await world.run(20_000);
    expect(world.acting('shop')).toEqual(['a-1']);
  });

  it('are not taken from an operator that is only slow, and are when its Lease is over', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    await world.run(5_000);
    world.start(BOTH);
    await world.run(3_000);
    first.weather.latencyMs = 250;
    await world.run(20_000);
    expect(world.acting('shop')).toEqual(['a-1']);
    world.crash(first);
    await world.run(3_000);
    expect(world.acting('shop')).toEqual([]);
    await world.run(12_000);
    expect(world.acting('shop')).toEqual(['both-2']);
    expect([...world.collisions]).toEqual([]);
  });

  it('are taken up by the next instance of the same operator', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    await world.run(5_000);
    const second = world.start(A);
    await world.run(5_000);
    world.end(first);
    await world.run(5_000);
    expect(world.acting('shop')).toEqual([second.id]);
    expect(world.server.pools.get('shop')?.record).toMatchObject({ holder: second.id, transitions: 0 });
  });

  it('do not come back to an instance that was away while another operator took them', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    await world.run(5_000);
    world.start(BOTH);
    await world.run(3_000);
    first.weather.cut = true;
    await world.run(20_000);
    expect(world.acting('shop')).toEqual(['both-2']);
    first.weather.cut = false;
    await world.run(20_000);
    expect(world.acting('shop')).toEqual(['both-2']);
    expect(first.elector.state().acting).toBe(true);
    expect([...world.collisions]).toEqual([]);
  });

  it('are given up when a person deletes their Lease, and taken anew', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    await world.run(5_000);
    const { lost } = first.leases.state('shop');
    world.server.pools.delete('shop');
    await world.run(5_000);
    expect(lost?.aborted).toBe(true);
    expect(world.acting('shop')).toEqual(['a-1']);
  });

  it.each([
    ['another operator with a selector', BOTH],
    ['an operator without one', REST],
  ])(
    'are given up when a person deletes their Lease although they cannot be listed, before %s acts',
    async (_, other) => {
      const world = new Operators({ shop: 'a' });
      const first = world.start(A);
      await world.run(5_000);
      world.start(other);
      await world.run(3_000);
      const { lost } = first.leases.state('shop');
      first.weather.blind = true;
      await world.run(10_000);
      expect(world.acting('shop')).toEqual(['a-1']);
      world.server.pools.delete('shop');
      await world.run(10_000);
      expect(lost?.aborted).toBe(true);
      expect(world.acting('shop')).toEqual([world.instances[1]?.id]);
      expect([...world.collisions]).toEqual([]);
    },
  );

  it('are not written while it cannot be read at all whether they still are this operator’s, and are again then', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    await world.run(5_000);
    const { lost } = first.leases.state('shop');
    const { get } = world.server;
    world.server.get = () => Promise.reject(new Error('403: may not get leases'));
    first.weather.blind = true;
    await world.run(3_000);
    expect(lost?.aborted).toBe(true);
    expect(first.leases.state('shop')).toMatchObject({
      acting: false,
      reason: 'it is not known whether the pool is still this operator’s: 403: may not list leases',
    });
    expect(world.server.pools.get('shop')?.record.holder).toBe('a-1');
    world.server.get = get;
    await world.run(2_000);
    expect(world.acting('shop')).toEqual(['a-1']);
    expect(first.leases.state('shop').lost?.aborted).toBe(false);
  });

  it('go over although their operator cannot list them', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    world.start(B);
    await world.run(5_000);
    first.weather.blind = true;
    world.labels.set('shop', 'b');
    await world.run(12_000);
    expect(world.acting('shop')).toEqual(['b-2']);
    expect([...world.collisions]).toEqual([]);
  });

  it('are acted for although the answer that they are settled was lost', async () => {
    const world = new Operators({ shop: 'a' });
    const first = world.start(A);
    const { pools } = world.server;
    const set = pools.set.bind(pools);
    pools.set = (pool, lease) => {
      first.weather.deaf ||= lease.record.settled;
      return set(pool, lease);
    };
    await world.run(3_000);
    expect(pools.get('shop')?.record.settled).toBe(true);
    first.weather.deaf = false;
    await world.run(10_000);
    expect(world.acting('shop')).toEqual(['a-1']);
  });

  it('are settled and given back although a person wrote something beside into their Lease', async () => {
    const world = new Operators({ shop: 'a' });
    world.start(A);
    world.start(B);
    await world.run(1_000);
    world.server.touch('shop');
    await world.run(6_000);
    expect(world.acting('shop')).toEqual(['a-1']);
    world.server.touch('shop');
    await world.run(1_000);
    world.labels.set('shop', 'b');
    await world.run(12_000);
    expect(world.acting('shop')).toEqual(['b-2']);
    expect([...world.collisions]).toEqual([]);
  });

  it('are those of nobody else for an operator without a selector, also once their own one is gone', async () => {
    const world = new Operators({ shop: 'a', lone: 'c' });
    const rest = world.start(REST);
    await world.run(5_000);
    expect(world.acting('shop')).toEqual(['rest-1']);
    const first = world.start(A);
    await world.run(8_000);
    expect(world.acting('shop')).toEqual(['a-2']);
    expect(world.acting('lone')).toEqual(['rest-1']);
    expect(rest.leases.state('shop').reason).toBe('operator a (a-2), which has a --selector, has the pool');
    expect(rest.leases.owner('shop')).toEqual({ operator: 'a', holder: 'a-2' });
    world.end(first);
    await world.run(30_000);
    expect(world.acting('shop')).toEqual([]);
    world.server.pools.delete('shop');
    await world.run(5_000);
    expect(world.acting('shop')).toEqual(['rest-1']);
    expect(world.server.pools.size).toBe(0);
    expect([...world.collisions]).toEqual([]);
  });

  it('go to an operator without a selector when no other one takes what was given back', async () => {
    const world = new Operators({ shop: 'a' });
    world.start(REST);
    world.start(A);
    await world.run(8_000);
    world.labels.set('shop', 'z');
    await world.run(30_000);
    expect(world.acting('shop')).toEqual([]);
    await world.run(40_000);
    expect(world.acting('shop')).toEqual(['rest-1']);
    expect([...world.collisions]).toEqual([]);
  });

  it('are not written by an operator without a selector that cannot see whose they are', async () => {
    const world = new Operators({ shop: 'a' });
    const rest = world.start(REST);
    await world.run(5_000);
    const { lost } = rest.leases.state('shop');
    rest.weather.latencyMs = 700;
    await world.run(3_000);
    expect(lost?.aborted).toBe(true);
    expect(rest.leases.state('shop').reason).toBe(
      'it is not known which pools other operators have: no answer in time',
    );
    rest.weather.latencyMs = 5;
    await world.run(3_000);
    expect(world.acting('shop')).toEqual(['rest-1']);
  });

  it('leave no Lease when they are gone, and none that was given back and that nobody takes', async () => {
    const world = new Operators({ shop: 'a', mail: 'a', lone: 'a' });
    const first = world.start(A);
    await world.run(8_000);
    world.labels.delete('shop');
    world.labels.set('mail', 'z');
    await world.run(8_000);
    expect([...world.server.pools.keys()]).toEqual(['mail', 'lone']);
    await world.run(60_000);
    expect([...world.server.pools.keys()]).toEqual(['lone']);
    world.end(first);
    world.labels.delete('lone');
    world.start(B);
    await world.run(300_000);
    expect([...world.server.pools.keys()]).toEqual(['lone']);
    await world.run(330_000);
    expect([...world.server.pools.keys()]).toEqual([]);
  });

  it('keep the Lease of an operator that acts, although another one knows no such pool', async () => {
    const world = new Operators({ shop: 'a' });
    world.start(A);
    await world.run(8_000);
    world.start({ ...B, knows: ['mail'] });
    await world.run(700_000);
    expect(world.acting('shop')).toEqual(['a-1']);
  });

  it('have one writer at a time, whatever labels, calls and processes do', async () => {
    const change = fc.record({
      instance: fc.nat(3),
      what: fc.constantFrom(
        'cut',
        'deaf',
        'blind',
        'clear',
        'slow',
        'crash',
        'end',
        'start',
        'delete',
        'nothing',
      ),
      pool: fc.constantFrom('shop', 'mail'),
      label: fc.constantFrom('a', 'b', undefined),
      forMs: fc.integer({ min: 100, max: 6_000 }),
    });
    const rate = fc.double({ min: 0.95, max: 1.05, noNaN: true });
    const world = fc.record({
      seed: fc.nat(1_000),
      rates: fc.array(rate, { minLength: 4, maxLength: 4 }),
      changes: fc.array(change, { minLength: 3, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ seed, rates, changes }) => {
        const operators = new Operators({ shop: 'a', mail: 'b' }, seed);
        const kinds = [A, REST, B, BOTH];
        for (const [i, kind] of kinds.entries()) operators.start({ ...kind, rate: rates[i] ?? 1 });
        for (const { instance: at, what, pool, label, forMs } of changes) {
          const instance = operators.instances.at(-1 - at);
          if (instance !== undefined) happen(operators, instance, what);
          if (what === 'delete') operators.server.pools.delete(pool);
          operators.labels.set(pool, label);
          await operators.run(forMs);
        }
        expect([...operators.collisions]).toEqual([]);
        for (const instance of operators.instances)
          Object.assign(instance.weather, { cut: !instance.alive, deaf: false, blind: false, latencyMs: 5 });
        operators.start(BOTH);
        operators.labels.set('shop', 'a');
        operators.labels.set('mail', 'b');
        await operators.run(20_000);
        expect([...operators.collisions]).toEqual([]);
        expect(operators.acting('shop')).toHaveLength(1);
        expect(operators.acting('mail')).toHaveLength(1);
        for (const { stop } of operators.instances) stop.abort();
      }),
      { numRuns: 12 },
    );
  });
});

const OF: Readonly<Record<string, StartOptions>> = { a: A, b: B, rest: REST };

function happen(world: Operators, instance: Operators['instances'][number], what: string): void {
  const { weather } = instance;
  if (what === 'cut') weather.cut = true;
  if (what === 'deaf') weather.deaf = true;
  if (what === 'blind') weather.blind = true;
  if (what === 'slow') weather.latencyMs = 900;
  if (what === 'clear' && instance.alive)
    Object.assign(weather, { cut: false, deaf: false, blind: false, latencyMs: 5 });
  if (what === 'crash') world.crash(instance);
  if (what === 'end') world.end(instance);
  if (what === 'start') world.start(OF[instance.operator] ?? BOTH);
}
