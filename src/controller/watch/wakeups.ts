// controller: the scheduler's events wake the pools that live in it. A wake-up, never a fact.

import { Backoff } from '../../runtime/work/backoff.ts';
import { keepRunning } from '../../runtime/work/runnables.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import { membersOf } from '../policies/members.ts';
import type { PoolRecord } from '../policies/records.ts';
import { nameInCluster } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';

type WakeupDeps = Pick<OperatorDeps, 'clock' | 'log' | 'random' | 'schedulerFor'> & {
  readonly wake: (pool: string) => void;
};

interface Watch {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  pools: Residents;
}

/** A pool, and those of its apps that live in one cluster. */
interface Resident {
  readonly pool: PoolRecord;
  readonly names: readonly string[];
}

/** The pools that live in one cluster. */
interface Residents {
  readonly all: readonly string[];
  /** Those whose room depends on whatever else there is. */
  readonly inCluster: readonly string[];
  readonly byApp: ReadonlyMap<string, string>;
}

export class Wakeups {
  readonly #deps: WakeupDeps;
  readonly #watches = new Map<Scheduler, Watch>();

  constructor(deps: WakeupDeps) {
    this.#deps = deps;
  }

  /** Watches the schedulers that these pools use, and no other. */
  follow(pools: readonly PoolRecord[]): void {
    const wanted = new Map<Scheduler, Resident[]>();
    for (const pool of pools) {
      for (const [scheduler, names] of this.#schedulersOf(pool)) {
        const there = wanted.get(scheduler);
        if (there === undefined) wanted.set(scheduler, [{ pool, names }]);
        else there.push({ pool, names });
      }
    }
    for (const [scheduler, { stop }] of this.#watches) {
      if (wanted.has(scheduler)) continue;
      stop.abort();
      this.#watches.delete(scheduler);
    }
    for (const [scheduler, there] of wanted) {
      const watch = this.#watches.get(scheduler);
      const residents = residentsOf(there);
      if (watch === undefined) this.#watches.set(scheduler, this.#watch(scheduler, residents));
      else watch.pools = residents;
    }
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
      for (const pool of concernedBy(apps, watch.pools)) wake(pool);
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
    const watch: Watch = { stop, ended, pools };
    return watch;
  }
}

function residentsOf(residents: readonly Resident[]): Residents {
  const byApp = residents.flatMap(({ pool, names }) => names.map((name) => [name, pool.key] as const));
  const inCluster = residents.filter(({ pool }) => pool.capacity?.cluster !== undefined);
  return {
    all: residents.map(({ pool }) => pool.key),
    inCluster: inCluster.map(({ pool }) => pool.key),
    byApp: new Map(byApp),
  };
}

/** What cannot be told apart concerns all. */
function concernedBy(apps: ReadonlySet<string> | undefined, residents: Residents): Iterable<string> {
  const { all, inCluster, byApp } = residents;
  if (apps === undefined) return all;
  const concerned = new Set(inCluster);
  for (const app of apps) {
    const pool = byApp.get(app);
    if (pool !== undefined) concerned.add(pool);
  }
  return concerned;
}
