// schedulers: one client for each cluster that policies name, made when it is first named.

import type { ReportingScheduler, SchedulerStats } from './scheduler.ts';

export class KnownClusters<S extends ReportingScheduler> {
  readonly #schedulers = new Map<string, S>();

  /** The one that has this key; where there is none yet, what `make` makes. */
  of(key: string, make: () => S): S {
    const known = this.#schedulers.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#schedulers.set(key, made);
    return made;
  }

  /** Undefined where it was never named. */
  known(key: string): S | undefined {
    return this.#schedulers.get(key);
  }

  /** Of all of them together. */
  info(): { readonly url: string; readonly stats: SchedulerStats } {
    const all = [...this.#schedulers.values()];
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
    await Promise.allSettled([...this.#schedulers.values()].map((scheduler) => scheduler.close()));
  }
}
