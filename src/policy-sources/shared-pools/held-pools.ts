// policy-sources: the pools that this instance has by its own write of their Leases, and what is under way in them.

import type { Clock } from '../../runtime/clock.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { OperatorStanding, PoolLeaseRecord } from './pool-lease-store.ts';

export interface HeldPool {
  version: string;
  record: PoolLeaseRecord;
  /** Where it is not settled. */
  readonly settlesAtMs: number;
  /** Of the instance's own standing: what was taken in one standing is worth nothing in the next. */
  readonly standing: AbortSignal;
  readonly lost: AbortController;
  /** Writes that have begun and not ended. */
  writes: number;
  /** It is to be given back: nothing more begins. */
  leaving: boolean;
}

export interface HeldPoolsDeps {
  readonly standing: () => OperatorStanding;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly retryMs: number;
  /** Whether this instance acts for a pool may have changed. */
  readonly onChange: (pool: string) => void;
  /** The last write in a pool that is leaving has ended. */
  readonly onLeft: () => void;
}

export class HeldPools {
  readonly #deps: HeldPoolsDeps;
  readonly #held = new Map<string, HeldPool>();

  constructor(deps: HeldPoolsDeps) {
    this.#deps = deps;
  }

  has(pool: string): boolean {
    return this.#held.has(pool);
  }

  /** As they are now: it may be changed meanwhile. */
  entries(): readonly (readonly [pool: string, held: HeldPool])[] {
    return [...this.#held];
  }

  /** Undefined also when the standing in which it was taken is over. */
  good(pool: string): HeldPool | undefined {
    const held = this.#held.get(pool);
    return held !== undefined && this.isGood(held) ? held : undefined;
  }

  isGood({ standing, lost }: HeldPool): boolean {
    return !lost.signal.aborted && this.#deps.standing().lost === standing;
  }

  add(
    pool: string,
    taken: Pick<HeldPool, 'version' | 'record' | 'settlesAtMs' | 'standing' | 'leaving'>,
  ): void {
    const { standing } = taken;
    const lost = new AbortController();
    standing.addEventListener('abort', () => lost.abort(standing.reason), { once: true });
    this.#held.set(pool, { ...taken, lost, writes: 0 });
    this.#deps.onChange(pool);
  }

  /** Nothing more begins there. */
  leave(pool: string, held: HeldPool): void {
    held.leaving = true;
    this.#deps.onChange(pool);
  }

  /** What is under way there is cut short. */
  drop(pool: string, why: string): void {
    const { onChange, retryMs } = this.#deps;
    const held = this.#held.get(pool);
    this.#held.delete(pool);
    if (held === undefined) return;
    held.lost.abort(new WaitError(`pool ${pool} is not this operator's any more: ${why}`, retryMs));
    onChange(pool);
  }

  /** Announces a write; undefined: none may begin. */
  begin(held: HeldPool): (() => void) | undefined {
    if (held.leaving || held.lost.signal.aborted) return undefined;
    held.writes += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      held.writes -= 1;
      if (held.leaving && held.writes === 0) this.#deps.onLeft();
    };
  }

  /** Those whose time to settle has come. */
  due(): readonly (readonly [pool: string, held: HeldPool])[] {
    const now = this.#deps.clock.monotonic();
    return this.entries().filter(([, held]) => isSettling(held) && held.settlesAtMs <= now);
  }

  /** Until the next one is due; Infinity where none will be. */
  dueInMs(): number {
    const now = this.#deps.clock.monotonic();
    const times = this.entries().flatMap(([, held]) =>
      isSettling(held) && held.settlesAtMs > now ? [held.settlesAtMs - now] : [],
    );
    return Math.min(...times);
  }
}

function isSettling({ record, leaving }: HeldPool): boolean {
  return !record.settled && !leaving;
}
