// Election by Lease: never two at once, somebody after every crash, whatever answers are late, lost or refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ElectionTiming,
  LeaseElector,
} from '../../../../src/policy-sources/kubernetes/leadership/election.ts';
import type {
  LeaseRecord,
  LeaseStore,
  SeenLease,
} from '../../../../src/policy-sources/kubernetes/leadership/lease.ts';
import { type Clock, VirtualClock } from '../../../../src/runtime/clock.ts';
import { TransientError } from '../../../../src/runtime/errors.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { seeded } from '../../../support/seeded.ts';

/** What happens to one instance's calls. */
interface Weather {
  latencyMs: number;
  /** Nothing arrives. */
  cut: boolean;
  /** What is asked for is done, but no answer comes back. */
  deaf: boolean;
}

/** One Lease with optimistic concurrency, as an API server keeps it. */
class FakeLease {
  lease: SeenLease | undefined;
  #version = 0;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  storeFor(weather: Weather): LeaseStore {
    // As a connection that hangs: who waits gives up by itself.
    const over = async <T>(work: () => T): Promise<T> => {
      await this.#clock.sleep(weather.latencyMs);
      if (weather.cut) await new Promise(() => undefined);
      const result = work();
      if (weather.deaf) await new Promise(() => undefined);
      await this.#clock.sleep(weather.latencyMs);
      return result;
    };
    return {
      name: 'lease test/test',
      get: () => over(() => this.lease),
      create: (record) => over(() => this.#write(record, undefined)),
      replace: (record, version) => over(() => this.#write(record, version)),
    };
  }

  #write(record: LeaseRecord, version: string | undefined): SeenLease {
    if (this.lease?.version !== version) throw new TransientError('conflict');
    this.#version += 1;
    this.lease = { record, version: String(this.#version) };
    return this.lease;
  }
}

/** Runs faster or slower than the world's, and was set to another time. */
function skewed(clock: VirtualClock, rate: number, offsetMs: number): Clock {
  return {
    now: () => clock.now() * rate + offsetMs,
    monotonic: () => clock.monotonic() * rate + offsetMs,
    sleep: (ms, signal) => clock.sleep(ms / rate, signal),
    after: (ms, call) => clock.after(ms / rate, call),
  };
}

const FIVE_SECONDS: ElectionTiming = { leaseMs: 5_000, renewDeadlineMs: 3_333, retryMs: 667 };

interface Instance {
  readonly elector: LeaseElector;
  readonly weather: Weather;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  alive: boolean;
}

class World {
  readonly clock = new VirtualClock(1_000_000);
  readonly api = new FakeLease(this.clock);
  readonly instances: Instance[] = [];
  #born = 0;

  start(rate = 1, seed = 1, timing?: ElectionTiming): Instance {
    const weather: Weather = { latencyMs: 5, cut: false, deaf: false };
    this.#born += 1;
    const elector = new LeaseElector({
      store: this.api.storeFor(weather),
      identity: `instance-${this.#born}`,
      clock: skewed(this.clock, rate, this.#born * 1e7),
      random: seeded(seed + this.#born),
      log: silentLogger,
      ...(timing && { timing }),
    });
    const stop = new AbortController();
    const instance: Instance = { elector, weather, stop, ended: elector.run(stop.signal), alive: true };
    this.instances.push(instance);
    return instance;
  }

  /** As kill -9 does: it says nothing any more, and writes nothing. */
  crash(instance: Instance): void {
    instance.alive = false;
    instance.weather.cut = true;
    instance.stop.abort();
  }

  acting(): readonly Instance[] {
    return this.instances.filter(({ alive, elector }) => alive && elector.state().acting);
  }

  /** In small steps, looking after each; returns the largest number that acted at once. */
  async run(ms: number): Promise<number> {
    let most = 0;
    for (let passed = 0; passed < ms; passed += 100) {
      await this.clock.advance(100);
      most = Math.max(most, this.acting().length);
    }
    return most;
  }
}

describe('lease election', () => {
  it('is won by one of three, who keeps it', async () => {
    const world = new World();
    for (let i = 0; i < 3; i += 1) world.start();
    expect(await world.run(60_000)).toBe(1);
    expect(world.api.lease?.record).toMatchObject({ durationSeconds: 15, transitions: 0 });
    const [first] = world.acting();
    expect(first?.elector.state().reason).toBe('it holds lease test/test');
    const others = world.instances.filter((instance) => instance !== first);
    for (const { elector } of others)
      expect(elector.state().reason).toMatch(/^lease test\/test is held by instance-\d$/);
  });

  it('is handed over at once by whoever stops', async () => {
    const world = new World();
    const first = world.start();
    await world.run(3_000);
    const second = world.start();
    await world.run(5_000);
    expect(world.acting()).toEqual([first]);
    first.stop.abort();
    expect(first.elector.state().acting).toBe(true);
    await world.run(200);
    await first.ended;
    expect(first.elector.state().acting).toBe(false);
    expect(world.api.lease?.record.holder).toBe('');
    expect(await world.run(3_000)).toBe(1);
    expect(world.acting()).toEqual([second]);
    expect(world.api.lease?.record.transitions).toBe(1);
  });

  it('is taken over from one that crashed, not before its lease has expired', async () => {
    const world = new World();
    const first = world.start();
    await world.run(3_000);
    world.start();
    await world.run(5_000);
    world.crash(first);
    expect(await world.run(12_000)).toBe(0);
    expect(await world.run(8_000)).toBe(1);
  });

  it('ends what is being written when the lease cannot be renewed, long before another begins', async () => {
    const world = new World();
    const first = world.start();
    await world.run(3_000);
    const second = world.start();
    await world.run(2_000);
    const { lost } = first.elector.state();
    first.weather.cut = true;
    await world.run(8_000);
    expect(lost?.aborted).toBe(false);
    await world.run(2_500);
    expect(lost?.aborted).toBe(true);
    expect(first.elector.state().acting).toBe(false);
    expect(second.elector.state().acting).toBe(false);
    first.weather.cut = false;
    expect(await world.run(30_000)).toBe(1);
  });

  it('says why it does not act', async () => {
    const world = new World();
    const only = world.start();
    expect(only.elector.state()).toEqual({ acting: false, reason: 'lease test/test was not read yet' });
    only.weather.cut = true;
    await world.run(10_000);
    expect(only.elector.state().reason).toBe('lease test/test: no answer within 4 s');
    only.weather.cut = false;
    await world.run(10_000);
    expect(only.elector.state().acting).toBe(true);
  });

  it('goes on with its own lease when only answers were lost', async () => {
    const world = new World();
    const only = world.start();
    await world.run(3_000);
    only.weather.deaf = true;
    await world.run(5_000);
    only.weather.deaf = false;
    await world.run(5_000);
    expect(only.elector.state().acting).toBe(true);
    expect(world.api.lease?.record.transitions).toBe(0);
  });

  it('is taken over within 6 s of a crash where the lease has 5 s, and not before they are over', async () => {
    const world = new World();
    const first = world.start(1, 1, FIVE_SECONDS);
    await world.run(3_000);
    const second = world.start(1, 1, FIVE_SECONDS);
    await world.run(5_000);
    expect(world.api.lease?.record.durationSeconds).toBe(5);
    world.crash(first);
    expect(await world.run(4_000)).toBe(0);
    await world.run(2_000);
    expect(world.acting()).toEqual([second]);
  });

  it('is neither lost nor held twice when wall clocks are set', async () => {
    const world = new World();
    const first = world.start();
    await world.run(3_000);
    world.start();
    for (const byMs of [-60_000, 60_000, -3_600_000, 3_600_000]) {
      world.clock.setWallClock(byMs);
      expect(await world.run(20_000)).toBe(1);
      expect(world.acting()).toEqual([first]);
      const { renewTime = '' } = world.api.lease?.record ?? {};
      expect(Math.abs(Date.parse(renewTime) - 1e7 - world.clock.now())).toBeLessThan(3_000);
    }
    expect(world.api.lease?.record.transitions).toBe(0);
  });

  /** Negative: the one that acts, if there is one. */
  const who = fc.integer({ min: -3, max: 2 });
  const step = fc.oneof(
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 100, max: 40_000 }) }),
    fc.record({ do: fc.constant('cut' as const), who }),
    fc.record({ do: fc.constant('deafen' as const), who }),
    fc.record({ do: fc.constant('slow' as const), who, ms: fc.integer({ min: 0, max: 6_000 }) }),
    fc.record({ do: fc.constant('clear' as const), who }),
    fc.record({ do: fc.constant('crash' as const), who }),
    fc.record({ do: fc.constant('stop' as const), who }),
    // Of all machines at once: a wrong time server.
    fc.record({
      do: fc.constant('set' as const),
      ms: fc.constantFrom(-3_600_000, -60_000, 60_000, 3_600_000),
    }),
  );

  // Clocks that go up to a tenth wrong either way: the ratio of 15 s to 10 s allows for a fifth.
  const rates = fc.tuple(...Array.from({ length: 3 }, () => fc.double({ min: 0.9, max: 1.1, noNaN: true })));

  const timings = fc.constantFrom(undefined, FIVE_SECONDS, {
    leaseMs: 5_000,
    renewDeadlineMs: 4_000,
    retryMs: 1_666,
  });

  it('never has two acting, and always somebody in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), rates, timings, async (steps, rate, timing) => {
        const world = new World();
        for (const [i, each] of rate.entries()) world.start(each, 10 * i + steps.length, timing);
        let most = 0;
        for (const each of steps) {
          const instance = 'who' in each ? (world.instances[each.who] ?? world.acting()[0]) : undefined;
          if (each.do === 'wait') most = Math.max(most, await world.run(each.ms));
          else if (each.do === 'set') world.clock.setWallClock(each.ms);
          else if (instance?.alive) disturb(world, instance, each);
        }
        for (const { weather, alive } of world.instances) if (alive) clear(weather);
        most = Math.max(most, await world.run(30_000));
        expect(most).toBeLessThanOrEqual(1);
        const standing = world.instances.filter(({ alive }) => alive);
        expect(world.acting().length).toBe(Math.min(1, standing.length));
      }),
      { numRuns: 200 },
    );
  });
});

type Step = { readonly do: string; readonly ms?: number };

function disturb(world: World, instance: Instance, { do: what, ms = 0 }: Step): void {
  const { weather } = instance;
  if (what === 'cut') weather.cut = true;
  if (what === 'deafen') weather.deaf = true;
  if (what === 'slow') weather.latencyMs = ms;
  if (what === 'clear') clear(weather);
  if (what === 'crash') world.crash(instance);
  if (what === 'stop') {
    instance.stop.abort();
    // From then on it only gives its lease back.
    instance.alive = false;
  }
}

function clear(weather: Weather): void {
  Object.assign(weather, { latencyMs: 5, cut: false, deaf: false });
}
