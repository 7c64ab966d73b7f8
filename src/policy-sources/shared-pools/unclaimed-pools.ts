// policy-sources: the pools of an operator without a selector: all that no operator with one has.

import { inTime } from '../../runtime/abort/in-time.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, WaitError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { LeadershipState } from '../leadership-state.ts';
import type { PoolOwner, PoolsToRun } from '../pools-to-run.ts';
import { ownerBy } from './lease-record.ts';
import {
  CALL_SHARE,
  FRESH_MS,
  type PoolLeaseStore,
  SETTLE_MS,
  type SeenPoolLease,
} from './pool-lease-store.ts';

export interface UnclaimedPoolsDeps {
  readonly store: Pick<PoolLeaseStore, 'list'>;
  /** Whether this instance acts for its operator at all. */
  readonly ownLeadership: () => LeadershipState;
  /** Whether a failure says that Leases may not be read at all. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Must not go back. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly retryMs: number;
  /** Absent: `FRESH_MS` and `SETTLE_MS`. */
  readonly freshMs?: number;
  readonly settleMs?: number;
  /** Whether this instance acts for a pool, or who does, may have changed. */
  readonly onChange: (pool: string) => void;
}

/** Of a pool for which this instance acts. */
interface Acting {
  readonly lost: AbortController;
  readonly term: AbortSignal | undefined;
}

/**
 * It takes no Lease itself, so that one operator alone needs none. Its list is young whenever it acts, and whoever takes a pool
 * that has no Lease waits until it must have been seen (`SETTLE_MS`). What has a Lease is another operator's, also while that
 * one is away, and given back it is for whoever takes it next.
 */
export class UnclaimedPools {
  readonly #deps: UnclaimedPoolsDeps;
  readonly #acting = new Map<string, Acting>();
  #pools: ReadonlySet<string> = new Set();
  #seen: ReadonlyMap<string, SeenPoolLease> = new Map();
  /** Of pools whose Lease is gone: a person may have deleted it, and its holder learns of that as late as we do. */
  readonly #heldUntilMs = new Map<string, number>();
  /** The list that counts was asked for then; undefined: none has been had yet. */
  #askedAtMs: number | undefined;
  #callOff: () => void = () => undefined;
  /** Nothing but refusals since then: Leases may not be read, and nobody is known to share anything with this operator. */
  #refusedSinceMs: number | undefined;
  #trouble: string | undefined;
  #toldRefused = false;
  #isAsked = false;
  readonly #first = Promise.withResolvers<void>();

  constructor(deps: UnclaimedPoolsDeps) {
    this.#deps = deps;
  }

  /** Resolves when the first list was had, or could not be; undefined once that is so. */
  get asked(): Promise<void> | undefined {
    return this.#isAsked ? undefined : this.#first.promise;
  }

  /** Which pools there are may have changed. */
  follow({ ours }: Pick<PoolsToRun, 'ours'>): void {
    this.#pools = ours;
    for (const pool of this.#acting.keys()) if (!ours.has(pool)) this.#acting.delete(pool);
  }

  state(pool: string): LeadershipState {
    const own = this.#deps.ownLeadership();
    if (!own.acting || this.#isRefused()) return own;
    const whyNot = this.#whyNot(pool);
    if (whyNot !== undefined) return { acting: false, reason: whyNot };
    return { ...own, lost: this.#lostOf(pool, own.lost) };
  }

  /** As far as that was read; undefined: nobody, or this one. */
  owner(pool: string): PoolOwner | undefined {
    return ownerBy(this.#seen.get(pool)?.record);
  }

  /** Looks until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, retryMs } = this.#deps;
    while (!signal.aborted) {
      await this.#look(signal);
      this.#isAsked = true;
      this.#first.resolve();
      await clock.sleep(retryMs, signal).catch(() => undefined);
    }
    this.#first.resolve();
    this.#callOff();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock, store, isRefusal } = this.#deps;
    const askedAtMs = clock.monotonic();
    try {
      const listed = await this.#within(signal, (within) => store.list(within));
      this.#trouble = undefined;
      this.#noteListed(listed, askedAtMs);
    } catch (error) {
      if (signal.aborted) return;
      // Once it could be read, a refusal says nothing about who is there.
      const isRefused = this.#askedAtMs === undefined && isRefusal(error);
      this.#refusedSinceMs = isRefused ? (this.#refusedSinceMs ?? askedAtMs) : undefined;
      this.#noteTrouble(messageOf(error));
      if (this.#isRefused()) this.#tellAll();
    }
  }

  #noteListed(listed: readonly SeenPoolLease[], askedAtMs: number): void {
    const { clock, freshMs = FRESH_MS, settleMs = SETTLE_MS } = this.#deps;
    const now = clock.monotonic();
    const before = this.#seen;
    const wasFresh = this.#isFresh();
    this.#seen = new Map(listed.map((lease) => [lease.pool, lease]));
    this.#askedAtMs = askedAtMs;
    this.#refusedSinceMs = undefined;
    for (const [pool, untilMs] of this.#heldUntilMs) if (untilMs <= now) this.#heldUntilMs.delete(pool);
    for (const pool of before.keys()) if (!this.#seen.has(pool)) this.#heldUntilMs.set(pool, now + settleMs);
    for (const pool of this.#seen.keys()) this.#stop(pool, 'another operator has taken it');
    this.#callOff();
    this.#callOff = clock.after(Math.max(0, askedAtMs + freshMs - now), () => this.#isLate());
    if (!wasFresh) this.#tellAll();
    else this.#tellChanges(before);
  }

  #tellAll(): void {
    for (const pool of this.#pools) this.#deps.onChange(pool);
  }

  #tellChanges(before: ReadonlyMap<string, SeenPoolLease>): void {
    for (const pool of new Set([...before.keys(), ...this.#seen.keys()]))
      if (before.get(pool)?.version !== this.#seen.get(pool)?.version) this.#deps.onChange(pool);
  }

  #isLate(): void {
    for (const pool of this.#acting.keys())
      this.#stop(pool, 'it is not known whether another operator has taken it');
    this.#tellAll();
  }

  /** Not by one refusal: rights that were just given, or the credentials of the first policy, may still be on their way. */
  #isRefused(): boolean {
    const { clock, settleMs = SETTLE_MS } = this.#deps;
    return this.#refusedSinceMs !== undefined && clock.monotonic() - this.#refusedSinceMs >= settleMs;
  }

  #isFresh(): boolean {
    const { clock, freshMs = FRESH_MS } = this.#deps;
    return this.#askedAtMs !== undefined && clock.monotonic() - this.#askedAtMs < freshMs;
  }

  #whyNot(pool: string): string | undefined {
    if (!this.#isFresh())
      return `it is not known which pools other operators have${this.#trouble === undefined ? '' : `: ${this.#trouble}`}`;
    const record = this.#seen.get(pool)?.record;
    if (record?.holder === '')
      return `operator ${record.operator} has given the pool back, and another one may take it`;
    if (record !== undefined)
      return `operator ${record.operator} (${record.holder}), which has a --selector, has the pool`;
    const untilMs = this.#heldUntilMs.get(pool);
    if (untilMs !== undefined && untilMs > this.#deps.clock.monotonic())
      return 'another operator had the pool a moment ago';
    return undefined;
  }

  #lostOf(pool: string, term: AbortSignal | undefined): AbortSignal {
    const known = this.#acting.get(pool);
    if (known !== undefined && known.term === term) return known.lost.signal;
    const lost = new AbortController();
    const options = { once: true, signal: lost.signal };
    term?.addEventListener('abort', () => lost.abort(term.reason), options);
    this.#acting.set(pool, { lost, term });
    return lost.signal;
  }

  #stop(pool: string, why: string): void {
    const { retryMs, log } = this.#deps;
    const acting = this.#acting.get(pool);
    this.#acting.delete(pool);
    if (acting === undefined || acting.lost.signal.aborted) return;
    log.info('this operator stands by for a pool', { pool, reason: why });
    acting.lost.abort(new WaitError(`pool ${pool} is not this operator's any more: ${why}`, retryMs));
  }

  #noteTrouble(trouble: string): void {
    const isNew = trouble !== this.#trouble || this.#isRefused() !== this.#toldRefused;
    if (!isNew) return;
    this.#trouble = trouble;
    this.#toldRefused = this.#isRefused();
    const consequence = this.#toldRefused
      ? 'this operator acts as if it were the only one: start none with --selector beside it'
      : 'it is tried again';
    this.#deps.log.warn('it cannot be seen which pools other operators have', {
      consequence,
      reason: trouble,
    });
  }

  #within<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, freshMs = FRESH_MS } = this.#deps;
    return inTime(work, { clock, limitMs: CALL_SHARE * freshMs, signal });
  }
}
