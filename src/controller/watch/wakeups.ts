// controller: the scheduler's events wake the pools that live in it. A wake-up, never a fact.

import { Backoff } from '../../runtime/work/backoff.ts';
import { keepRunning } from '../../runtime/work/runnables.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import { membersOf } from '../policies/members.ts';
import type { PoolRecord } from '../policies/records.ts';
import { nameInCluster } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import { Residents } from './residents.ts';

type WakeupDeps = Pick<OperatorDeps, 'clock' | 'log' | 'random' | 'schedulerFor'> & {
  readonly wake: (pool: string) => void;
};

interface Watch {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  readonly pools: Residents;
}

export class Wakeups {
  readonly #deps: WakeupDeps;
  readonly #watches = new Map<Scheduler, Watch>();
  /** Where each pool lives. */
  readonly #homes = new Map<string, readonly Scheduler[]>();

  constructor(deps: WakeupDeps) {
    this.#deps = deps;
  }

  /** Watches the schedulers that these pools use, and no other. */
  follow(pools: readonly PoolRecord[]): void {
    const gone = new Map<string, undefined>([...this.#homes.keys()].map((key) => [key, undefined]));
    this.change(
      new Map<string, PoolRecord | undefined>([...gone, ...pools.map((pool) => [pool.key, pool] as const)]),
    );
  }

  /** The same for some pools: of those that are not to be followed any more there is no record. */
  change(pools: Iterable<readonly [key: string, pool: PoolRecord | undefined]>): void {
    const changed = [...pools];
    // First who leaves: an app may go from one pool to another.
    for (const [key] of changed) {
      for (const scheduler of this.#homes.get(key) ?? []) this.#watches.get(scheduler)?.pools.remove(key);
      this.#homes.delete(key);
    }
    for (const [key, pool] of changed) {
      const schedulers = pool === undefined ? [] : [...this.#schedulersOf(pool)];
      if (pool === undefined || schedulers.length === 0) continue;
      this.#homes.set(
        key,
        schedulers.map(([scheduler]) => scheduler),
      );
      for (const [scheduler, names] of schedulers) this.#residentsIn(scheduler).set(pool, names);
    }
    for (const [scheduler, { stop, pools: left }] of this.#watches) {
      if (left.size > 0) continue;
      stop.abort();
      this.#watches.delete(scheduler);
    }
  }

  #residentsIn(scheduler: Scheduler): Residents {
    const watch = this.#watches.get(scheduler) ?? this.#watch(scheduler, new Residents());
    this.#watches.set(scheduler, watch);
    return watch.pools;
  }

  async close(): Promise<void> {
    for (const { stop } of this.#watches.values()) stop.abort();
    await Promise.all([...this.#watches.values()].map(({ ended }) => ended));
  }

  /** With what the pool's apps are called there. The rounds that need it report one that cannot be had. */
  #schedulersOf(pool: PoolRecord): ReadonlyMap<Scheduler, readonly string[]> {
    const found = new Map<Scheduler, string[]>();
    for (const [cluster, apps] of Map.groupBy(membersOf(pool), (app) => app.cluster)) {
      try {
        const scheduler = this.#deps.schedulerFor(cluster);
        const names = apps.map(({ spec }) => nameInCluster(spec));
        found.set(scheduler, [...(found.get(scheduler) ?? []), ...names]);
      } catch {}
    }
    return found;
  }

  #watch(scheduler: Scheduler, pools: Residents): Watch {
    const { clock, random, log, wake } = this.#deps;
    const stop = new AbortController();
    const backoff = new Backoff<string>({ baseMs: 500, maxMs: 10_000, random });
    const onChange = (apps?: ReadonlySet<string>): void => {
      backoff.forget('');
      for (const pool of pools.concernedBy(apps)) wake(pool);
    };
    const ended = keepRunning(
      (signal) => scheduler.watch(onChange, signal),
      {
        clock,
        backoffMs: { next: () => backoff.next('') },
        onEnd: (reason) => log.debug('watching a cluster ended, starting again', { reason }),
      },
      stop.signal,
    );
    return { stop, ended, pools };
  }
}
