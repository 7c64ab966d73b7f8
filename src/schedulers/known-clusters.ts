// schedulers: one client for each cluster that policies name, made when it is first named, and closed a day after it was last.

import type { Clock } from '../runtime/clock.ts';
import { RecentlyUsed } from './recently-used.ts';
import type { ReportingScheduler, SchedulerStats } from './scheduler.ts';

/** Longer than any pause between two rounds, so that no policy loses the client that it has. */
const UNUSED_MS = 86_400_000;

export class KnownClusters<S extends ReportingScheduler> {
  readonly #schedulers: RecentlyUsed<S>;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#schedulers = new RecentlyUsed<S>({
      clock,
      unusedMs: UNUSED_MS,
      make: (key) => {
        throw new Error(`the cluster ${key} was not opened`);
      },
      onForgotten: (_, scheduler) => void scheduler.close().catch(() => undefined),
    });
  }

  /** The one that has this key; where there is none yet, what `make` makes. */
  of(key: string, make: () => S): S {
    return this.#schedulers.of(key, make);
  }

  /** Undefined where it is not named. */
  known(key: string): S | undefined {
    return this.#schedulers.peek(key);
  }

  /** Of all of them together. */
  info(): { readonly url: string; readonly stats: SchedulerStats } {
    const all = this.#schedulers.values();
    const stats = all.map((scheduler) => scheduler.stats());
    const sum = (of: (stats: SchedulerStats) => number): number =>
      stats.reduce((total, each) => total + of(each), 0);
    return {
      url: all.map((scheduler) => scheduler.info().url).join(', '),
      stats: {
        writes: sum(({ writes }) => writes),
        conflicts: sum(({ conflicts }) => conflicts),
        reads: sum(({ reads }) => reads),
      },
    };
  }

  /** One that cannot be closed keeps no other one open. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#schedulers.values().map((scheduler) => scheduler.close()));
  }
}
