// policy-sources: the pools that this instance has by its own write of their Leases, and what is under way in them.

import type { Clock } from '../../runtime/clock.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { LeadershipState } from '../leadership-state.ts';
import { FRESH_MS, type PoolLeaseRecord, type SeenPoolLease } from './pool-lease-store.ts';

export interface HeldPool {
  version: string;
  record: PoolLeaseRecord;
  /** Where it is not settled. */
  readonly settlesAtMs: number;
  /** Aborts when the term ends in which it was taken, the time for which this instance acts without a break. */
  readonly term: AbortSignal;
  /** Of what is written there; another one once it is known again that the pool is this instance's. */
  lost: AbortController;
  /** By an answer to what was asked then the Lease names this instance. */
  confirmedAtMs: number;
  /** Writes that have begun and not ended. */
  writes: number;
  /** It is to be given back: nothing more begins. */
  leaving: boolean;
}

export interface HeldPoolsDeps {
  readonly ownLeadership: () => LeadershipState;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly retryMs: number;
  /** So long is a confirmation good; absent: `FRESH_MS`. */
  readonly freshMs?: number;
  /** Whether this instance acts for a pool may have changed. */
  readonly onChange: (pool: string) => void;
  /** The last write in a pool that is leaving has ended. */
  readonly onLeft: () => void;
}

export class HeldPools {
  readonly #deps: HeldPoolsDeps;
  readonly #held = new Map<string, HeldPool>();
  readonly #freshMs: number;
  #callOff: (() => void) | undefined;

  constructor(deps: HeldPoolsDeps) {
    this.#deps = deps;
    this.#freshMs = deps.freshMs ?? FRESH_MS;
  }

  has(pool: string): boolean {
    return this.#held.has(pool);
  }

  /** As they are now: it may be changed meanwhile. */
  entries(): readonly (readonly [pool: string, held: HeldPool])[] {
    return [...this.#held];
  }

  /** Undefined also when the term in which it was taken is over. */
  good(pool: string): HeldPool | undefined {
    const held = this.#held.get(pool);
    return held !== undefined && this.isGood(held) ? held : undefined;
  }

  isGood({ term }: HeldPool): boolean {
    return !term.aborted && this.#deps.ownLeadership().lost === term;
  }

  /** Whether nobody else can have it yet, whatever people do to its Lease. */
  isSure({ confirmedAtMs }: HeldPool): boolean {
    return this.#deps.clock.monotonic() - confirmedAtMs < this.#freshMs;
  }

  /** Those of which it will soon be asked whether they still are this instance's, for nobody has said so for a while. */
  unconfirmed(): readonly (readonly [pool: string, held: HeldPool])[] {
    const before = this.#deps.clock.monotonic() - this.#freshMs / 2;
    return this.entries().filter(([, held]) => this.isGood(held) && held.confirmedAtMs <= before);
  }

  add(pool: string, taken: Omit<HeldPool, 'lost' | 'writes'>): void {
    this.#held.set(pool, { ...taken, lost: lostWith(taken.term), writes: 0 });
    this.#watch();
    this.#deps.onChange(pool);
  }

  /** @param askedAtMs when it was asked for what names this instance */
  confirm(pool: string, held: HeldPool, askedAtMs: number): void {
    if (this.#held.get(pool) !== held) return;
    held.confirmedAtMs = Math.max(held.confirmedAtMs, askedAtMs);
    if (!held.lost.signal.aborted || !this.isGood(held) || !this.isSure(held)) return;
    held.lost = lostWith(held.term);
    this.#watch();
    this.#deps.onChange(pool);
  }

  /** Its Lease names this instance, and may be another one than was written last: by a person, or by a call without an answer. */
  seen(pool: string, held: HeldPool, { version, record }: Pick<SeenPoolLease, 'version' | 'record'>): void {
    const { settled } = held.record;
    held.version = version;
    held.record = record;
    if (record.settled !== settled) this.#deps.onChange(pool);
  }

  /** Nothing is said any more of confirmations that grow old. */
  close(): void {
    this.#callOff?.();
    this.#callOff = undefined;
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
    if (held.leaving || held.lost.signal.aborted || !this.isSure(held)) return undefined;
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

  /** Cuts short what is written in a pool when its confirmation is too old. */
  #watch(): void {
    if (this.#callOff !== undefined) return;
    const sure = this.entries().filter(([, { lost }]) => !lost.signal.aborted);
    if (sure.length === 0) return;
    const { clock } = this.#deps;
    const oldestMs = sure.reduce(
      (least, [, { confirmedAtMs }]) => Math.min(least, confirmedAtMs),
      Number.POSITIVE_INFINITY,
    );
    const inMs = Math.max(0, oldestMs + this.#freshMs - clock.monotonic());
    this.#callOff = clock.after(inMs, () => this.#isLate());
  }

  #isLate(): void {
    const { retryMs, onChange } = this.#deps;
    this.#callOff = undefined;
    for (const [pool, held] of this.entries()) {
      if (held.lost.signal.aborted || this.isSure(held)) continue;
      held.lost.abort(
        new WaitError(`it is not known whether pool ${pool} is still this operator's`, retryMs),
      );
      onChange(pool);
    }
    this.#watch();
  }
}

/** Aborts with the term, too. */
function lostWith(term: AbortSignal): AbortController {
  const lost = new AbortController();
  term.addEventListener('abort', () => lost.abort(term.reason), { once: true, signal: lost.signal });
  return lost;
}

function isSettling({ record, leaving }: HeldPool): boolean {
  return !record.settled && !leaving;
}
