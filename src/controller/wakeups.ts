// controller: Marathon's events wake the pools that live in it. A wake-up, never a fact.

import { Backoff } from '../runtime/backoff.ts';
import { keepRunning } from '../runtime/runnables.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { OperatorDeps } from './deps.ts';
import type { PoolRecord } from './records.ts';

type WakeupDeps = Pick<OperatorDeps, 'clock' | 'log' | 'random' | 'schedulerFor'> & {
  readonly wake: (pool: string) => void;
};

interface Watch {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  pools: readonly string[];
}

export class Wakeups {
  readonly #deps: WakeupDeps;
  readonly #watches = new Map<Scheduler, Watch>();

  constructor(deps: WakeupDeps) {
    this.#deps = deps;
  }

  /** Watches the schedulers that these pools use, and no other. */
  follow(pools: readonly PoolRecord[]): void {
    const wanted = new Map<Scheduler, string[]>();
    for (const pool of pools) {
      const scheduler = this.#schedulerOf(pool);
      if (scheduler !== undefined) wanted.set(scheduler, [...(wanted.get(scheduler) ?? []), pool.key]);
    }
    for (const [scheduler, watch] of this.#watches) {
      watch.pools = wanted.get(scheduler) ?? [];
      if (watch.pools.length > 0) continue;
      watch.stop.abort();
      this.#watches.delete(scheduler);
    }
    for (const [scheduler, keys] of wanted) {
      if (!this.#watches.has(scheduler)) this.#watches.set(scheduler, this.#watch(scheduler, keys));
    }
  }

  async close(): Promise<void> {
    for (const { stop } of this.#watches.values()) stop.abort();
    await Promise.all([...this.#watches.values()].map(({ ended }) => ended));
  }

  /** One that cannot be had is told by the rounds that need it. */
  #schedulerOf({ marathon, members }: PoolRecord): Scheduler | undefined {
    if (!members.some(({ running }) => running !== undefined)) return undefined;
    try {
      return this.#deps.schedulerFor(marathon);
    } catch {
      return undefined;
    }
  }

  #watch(scheduler: Scheduler, pools: readonly string[]): Watch {
    const { clock, random, log, wake } = this.#deps;
    const stop = new AbortController();
    const backoff = new Backoff<string>({ baseMs: 500, maxMs: 10_000, random });
    const onChange = (): void => {
      backoff.forget('');
      for (const pool of watch.pools) wake(pool);
    };
    const ended = keepRunning(
      (signal) => scheduler.watch(onChange, signal),
      {
        clock,
        backoffMs: { next: () => backoff.next('') },
        onEnd: (reason) => log.debug('watching marathon ended, starting again', { reason }),
      },
      stop.signal,
    );
    const watch: Watch = { stop, ended, pools };
    return watch;
  }
}
