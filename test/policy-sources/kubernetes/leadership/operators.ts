// test support: operators that share pools by Leases, in virtual time: calls that are late, lost or unanswered, clocks that
// run apart, crashes; and writers that do what they are allowed to.

import { defined } from '../../../../src/lang/defined.ts';
import {
  type ElectionTiming,
  LeaseElector,
} from '../../../../src/policy-sources/kubernetes/leadership/election.ts';
import type {
  LeaseRecord,
  LeaseStore,
  SeenLease,
} from '../../../../src/policy-sources/kubernetes/leadership/lease.ts';
import { LeaseWatch } from '../../../../src/policy-sources/kubernetes/leadership/lease-watch.ts';
import type { LeadershipState } from '../../../../src/policy-sources/leadership-state.ts';
import type {
  PoolLeaseRecord,
  PoolLeaseStore,
  SeenPoolLease,
} from '../../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { PoolLeases } from '../../../../src/policy-sources/shared-pools/pool-leases.ts';
import { UnclaimedPools } from '../../../../src/policy-sources/shared-pools/unclaimed-pools.ts';
import { type Clock, VirtualClock } from '../../../../src/runtime/clock.ts';
import { TransientError } from '../../../../src/runtime/errors.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { seeded } from '../../../support/seeded.ts';

/** What happens to one instance's calls. */
export interface Weather {
  latencyMs: number;
  /** Nothing arrives. */
  cut: boolean;
  /** What is asked for is done, but no answer comes back. */
  deaf: boolean;
  /** The Leases of pools may not be listed. */
  blind: boolean;
}

const TIMING: ElectionTiming = { leaseMs: 5_000, renewDeadlineMs: 3_333, retryMs: 667 };
/** In the proportion of those that operators have. */
const TAKING = { freshMs: 1_600, settleMs: 2_200 };

/** Runs faster or slower than the world's, and was set to another time. */
function skewed(clock: VirtualClock, rate: number, offsetMs: number): Clock {
  return {
    now: () => clock.now() * rate + offsetMs,
    monotonic: () => clock.monotonic() * rate + offsetMs,
    sleep: (ms, signal) => clock.sleep(ms / rate, signal),
    after: (ms, call) => clock.after(ms / rate, call),
  };
}

/** Every Lease there is, with optimistic concurrency. */
class Leases {
  readonly own = new Map<string, SeenLease>();
  readonly pools = new Map<string, SeenPoolLease>();
  readonly #clock: VirtualClock;
  #version = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  ownStore(name: string, weather: Weather): LeaseStore {
    const write = (record: LeaseRecord, version: string | undefined): SeenLease => {
      const lease = { record, version: this.#next(this.own.get(name)?.version, version) };
      this.own.set(name, lease);
      return lease;
    };
    return {
      name: `lease ops/${name}`,
      get: () => this.#over(weather, () => this.own.get(name)),
      create: (record) => this.#over(weather, () => write(record, undefined)),
      replace: (record, version) => this.#over(weather, () => write(record, version)),
    };
  }

  poolStore(weather: Weather): PoolLeaseStore {
    const write = (pool: string, record: PoolLeaseRecord, version: string | undefined): SeenPoolLease => {
      const lease = { pool, record, version: this.#next(this.pools.get(pool)?.version, version) };
      this.pools.set(pool, lease);
      return lease;
    };
    return {
      list: () =>
        this.#over(weather, () => {
          if (weather.blind) throw new TransientError('403: may not list leases');
          return [...this.pools.values()];
        }),
      get: (pool) => this.get(pool, weather),
      create: (pool, record) => this.#over(weather, () => write(pool, record, undefined)),
      replace: (pool, record, version) => this.#over(weather, () => write(pool, record, version)),
      remove: ({ pool, version }) =>
        this.#over(weather, () => {
          this.#next(this.pools.get(pool)?.version, version);
          this.pools.delete(pool);
        }),
    };
  }

  /** Of one pool: replaced by whoever wants it not to be had. */
  get(pool: string, weather: Weather): Promise<SeenPoolLease | undefined> {
    return this.#over(weather, () => this.pools.get(pool));
  }

  /** A person does something to it that does not say whose it is: a label, an annotation. */
  touch(pool: string): void {
    const lease = this.pools.get(pool);
    if (lease !== undefined)
      this.pools.set(pool, { ...lease, version: this.#next(lease.version, lease.version) });
  }

  #next(is: string | undefined, expected: string | undefined): string {
    if (is !== expected) throw new TransientError('conflict');
    this.#version += 1;
    return String(this.#version);
  }

  /** As a connection that hangs: who waits gives up by itself, and what was sent may still arrive. */
  async #over<T>(weather: Weather, work: () => T): Promise<T> {
    await this.#clock.sleep(weather.latencyMs);
    if (weather.cut) await new Promise(() => undefined);
    const result = work();
    if (weather.deaf) await new Promise(() => undefined);
    await this.#clock.sleep(weather.latencyMs);
    return result;
  }
}

export interface Instance {
  readonly id: string;
  readonly operator: string;
  readonly elector: LeaseElector;
  readonly leases: PoolLeases | UnclaimedPools;
  readonly weather: Weather;
  readonly stop: AbortController;
  alive: boolean;
  /** Begins no write any more. */
  ending: boolean;
}

export interface StartOptions {
  readonly operator: string;
  /** The labels of pools that it runs; absent: it has no selector. */
  readonly selects?: readonly string[];
  readonly rate?: number;
  /** The only pools that it has heard of; default: all of them. */
  readonly knows?: readonly string[];
}

/** How long one write takes at most: longer than a hand-over. */
const LONGEST_WRITE_MS = 1_500;
/** So late may a write have its effect that was cut short. */
const ARRIVES_MS = 300;
const LOOK_MS = 10;

export class Operators {
  readonly clock = new VirtualClock(1_000_000);
  readonly server = new Leases(this.clock);
  readonly instances: Instance[] = [];
  /** Which instances were writing to one pool at the same time, once each. */
  readonly collisions = new Set<string>();
  /** Ended writes by pool, each with its instance. */
  readonly written = new Map<string, string[]>();
  /** Pools by their label; undefined: nobody can say now. */
  readonly labels: Map<string, string | undefined>;
  readonly #writing = new Map<string, Set<string>>();
  readonly #random: () => number;

  constructor(labels: Readonly<Record<string, string>>, seed = 1) {
    this.labels = new Map(Object.entries(labels));
    this.#random = seeded(seed);
  }

  start({ operator, selects, knows, rate = 1 }: StartOptions): Instance {
    const born = this.instances.length + 1;
    const id = `${operator}-${born}`;
    const weather: Weather = { latencyMs: 5, cut: false, deaf: false, blind: false };
    const clock = skewed(this.clock, rate, born * 1e7);
    const elector = new LeaseElector({
      store: this.server.ownStore(operator, weather),
      ...{ identity: id, clock, random: this.#random, log: silentLogger, timing: TIMING },
      onChange: () => {
        if (leases instanceof PoolLeases) leases.look();
      },
    });
    const shared = {
      ...{ store: this.server.poolStore(weather), clock, log: silentLogger, retryMs: TIMING.retryMs },
      ...{ ownLeadership: () => elector.state(), onChange: () => undefined, ...TAKING },
    };
    const leases =
      selects === undefined
        ? new UnclaimedPools({ ...shared, isRefusal: () => false })
        : new PoolLeases({
            ...{ ...shared, identity: id, operator, random: this.#random },
            watch: new LeaseWatch({ storeOf: (name) => this.server.ownStore(name, weather), clock }),
            durationSeconds: TIMING.leaseMs / 1_000,
          });
    const stop = new AbortController();
    const instance: Instance = { id, operator, elector, leases, weather, stop, alive: true, ending: false };
    this.instances.push(instance);
    void leases.run(stop.signal);
    void elector.run(stop.signal);
    void this.#follow(instance, defined({ selects, knows }));
    for (const pool of this.labels.keys()) void this.#write(instance, pool);
    return instance;
  }

  /** As kill -9 does: it writes nothing any more, and gives nothing back. */
  crash(instance: Instance): void {
    instance.alive = false;
    instance.weather.cut = true;
    instance.stop.abort();
  }

  /** Ends in good order: the rounds under way end, and then its operator's Lease is given back. */
  end(instance: Instance): void {
    instance.ending = true;
    void this.#leave(instance);
  }

  /** Instances that may write to the pool now. */
  acting(pool: string): readonly string[] {
    return this.instances
      .filter(({ alive, leases }) => alive && leases.state(pool).acting)
      .map(({ id }) => id);
  }

  /** In small steps, looking after each for two that may write to one pool. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      await this.clock.advance(100);
      for (const pool of this.labels.keys()) {
        const acting = this.acting(pool);
        if (acting.length > 1) this.collisions.add(`${pool} ${acting.join(' ')} may act`);
      }
    }
  }

  async #leave({ id, stop }: Instance): Promise<void> {
    const writes = (): boolean => [...this.#writing.values()].some((writers) => writers.has(id));
    while (writes()) await this.clock.sleep(LOOK_MS);
    stop.abort();
  }

  /** Each instance learns of labels in its own time. */
  async #follow(
    { leases, stop }: Instance,
    { selects, knows }: Pick<StartOptions, 'selects' | 'knows'>,
  ): Promise<void> {
    while (!stop.signal.aborted) {
      const known = new Map([...this.labels].filter(([pool]) => knows?.includes(pool) ?? true));
      const ours = [...known].filter(
        ([, label]) => selects === undefined || (label !== undefined && selects.includes(label)),
      );
      leases.follow({
        ours: new Set(ours.map(([pool]) => pool)),
        areOthers: (pool) => !known.has(pool) || known.get(pool) !== undefined,
        isGone: (pool) => !known.has(pool),
      });
      await this.clock.sleep(100 + 3_000 * this.#random(), stop.signal).catch(() => undefined);
    }
  }

  /** Writes as often as it may, each write cut short where the instance must not act any more. */
  async #write(instance: Instance, pool: string): Promise<void> {
    while (!instance.stop.signal.aborted && !instance.ending) {
      await this.clock.sleep(50 + 300 * this.#random());
      const { acting, lost, begin = () => () => undefined } = this.#stateOf(instance, pool);
      const end = acting && instance.alive && !instance.ending ? begin() : undefined;
      if (end === undefined || lost === undefined) continue;
      this.#begins(instance, pool);
      const cut = AbortSignal.any([lost, instance.stop.signal]);
      await this.clock.sleep(LONGEST_WRITE_MS * this.#random(), cut).catch(async () => {
        // What is on its way arrives all the same.
        await this.clock.sleep(ARRIVES_MS);
      });
      this.#writing.get(pool)?.delete(instance.id);
      this.written.set(pool, [...(this.written.get(pool) ?? []), instance.id]);
      end();
    }
  }

  #stateOf({ leases }: Instance, pool: string): LeadershipState {
    return leases.state(pool);
  }

  #begins({ id }: Instance, pool: string): void {
    const writing = this.#writing.get(pool) ?? new Set();
    this.#writing.set(pool, writing.add(id));
    const alive = [...writing].filter((other) =>
      this.instances.some((each) => each.id === other && each.alive),
    );
    if (alive.length > 1) this.collisions.add(`${pool} ${alive.sort().join(' ')} write`);
  }
}
