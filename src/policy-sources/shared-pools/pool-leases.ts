// policy-sources: which of several operators has a pool: one Lease a pool, taken once and given back when the
// pool is another operator's to run.

import { inTime } from '../../runtime/abort/in-time.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { LeadershipState } from '../leadership-state.ts';
import type { PoolInterventions, PoolLearning, PoolOwner, PoolsToRun } from '../pools-to-run.ts';
import { HeldPools } from './held-pools.ts';
import { LeaseConfirmations } from './lease-confirmations.ts';
import { ownerBy } from './lease-record.ts';
import { isToGo, LeaseTakes } from './lease-takes.ts';
import { LeaseTrouble } from './lease-trouble.ts';
import { LeaseWrites } from './lease-writes.ts';
import {
  CALL_SHARE,
  FRESH_MS,
  type OperatorWatch,
  type PoolLeaseStore,
  type SeenPoolLease,
} from './pool-lease-store.ts';
import { SeenLeases } from './seen-leases.ts';

export interface PoolLeasesDeps {
  readonly store: PoolLeaseStore;
  /** Whether this instance acts for its operator at all. */
  readonly ownLeadership: () => LeadershipState;
  /** Of the Leases of other operators. */
  readonly watch: OperatorWatch;
  /** This instance, as in its operator's Lease. */
  readonly identity: string;
  /** The name of its operator's Lease, and how long it lasts. */
  readonly operator: string;
  readonly durationSeconds: number;
  /** Must not go back. */
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly retryMs: number;
  /** After so long a call has failed; absent: 4 s. */
  readonly callMs?: number;
  /** So long after it was taken is a pool acted for that had no Lease; absent: `SETTLE_MS`. */
  readonly settleMs?: number;
  /** So long is it known that a pool is still this instance's; absent: `FRESH_MS`. */
  readonly freshMs?: number;
  /** Absent: nothing goes along with a pool. */
  readonly interventions?: PoolInterventions;
  readonly learning?: PoolLearning;
  /** Whether this instance acts for a pool, or who does, may have changed. */
  readonly onChange: (pool: string) => void;
}

const JITTER = 0.2;
const SETTLES =
  'the pool was nobody’s: operators without a selector are given the time to see that it is taken';
/** For a write of one object and what goes with it. */
const CALL_MS = 4_000;

/**
 * An instance acts for a pool while it acts for its operator, and the pool's Lease names it, by its own write in this very
 * term, and by an answer that is younger than `FRESH_MS`: a list, a write, or where lists fail the Lease alone. So whoever
 * takes the Lease of an operator that vanished cannot be overtaken by an instance that comes back: of the two writes the later
 * one meets another version. The Lease of a pool is taken from
 *
 * - nobody,
 * - another instance of the same operator, by whoever holds that operator's Lease now, and
 * - another operator, when its own Lease is free or over, which is asked after the pool's Lease was read.
 *
 * Where the pool had no Lease, an operator without a selector may be acting for it, which takes none: the Lease is settled
 * first, when that one has seen it.
 *
 * ```
 *          wanted, taken                        not wanted any more          the last write has ended
 * nobody ───────────────▶ acting for the pool ─────────────────────▶ leaving ────────────────────────▶ nobody
 * none ────▶ settling ────▶
 * ```
 */
export class PoolLeases {
  readonly #deps: PoolLeasesDeps;
  readonly #seen = new SeenLeases();
  readonly #held: HeldPools;
  readonly #trouble: LeaseTrouble;
  readonly #takes: LeaseTakes;
  readonly #writes: LeaseWrites;
  readonly #confirmations: LeaseConfirmations;
  #pools: PoolsToRun = { ours: new Set(), areOthers: () => false, isGone: () => false };
  #woken = new AbortController();

  constructor(deps: PoolLeasesDeps) {
    this.#deps = deps;
    this.#held = new HeldPools({ ...deps, onLeft: () => this.look() });
    this.#trouble = new LeaseTrouble(deps.log);
    this.#takes = new LeaseTakes({
      ...{ ...deps, seen: this.#seen, held: this.#held, trouble: this.#trouble },
      pools: () => this.#pools,
      within: (signal, work) => this.#within(signal, work),
    });
    this.#writes = new LeaseWrites({
      ...{ ...deps, held: this.#held, trouble: this.#trouble },
      within: (signal, work) => this.#within(signal, work),
      isGone: (pool) => this.#pools.isGone(pool),
      onWritten: (lease) => this.#seen.note(lease.pool, lease),
    });
    this.#confirmations = new LeaseConfirmations({
      ...{ ...deps, held: this.#held },
      within: (signal, work) => this.#within(signal, work),
      list: (signal) => this.#list(signal),
      isOurs: (lease) => this.#isOurs(lease),
      onLost: (pool, lease) => this.#lost(pool, lease),
    });
  }

  /** Which pools are this operator's to run may have changed. */
  follow(pools: PoolsToRun): void {
    const { ours: before } = this.#pools;
    this.#pools = pools;
    let news = !(pools.ours.size === before.size && pools.ours.isSubsetOf(before));
    for (const [pool, held] of this.#held.entries()) {
      if (held.leaving || !isToGo(pool, pools)) continue;
      this.#held.leave(pool, held);
      news = true;
    }
    if (news) this.look();
  }

  interventionsChanged(): void {
    if (this.#held.entries().some(([pool, held]) => this.#writes.isBehind(pool, held))) this.look();
  }

  /** Something may be different: soon, not after the next pause. */
  look(): void {
    this.#woken.abort();
  }

  state(pool: string): LeadershipState {
    const own = this.#deps.ownLeadership();
    if (!own.acting) return own;
    const held = this.#held.good(pool);
    if (held === undefined) return { acting: false, reason: this.#whyNot(pool) };
    if (held.leaving) return { acting: false, reason: 'the pool is being handed over' };
    if (!held.record.settled) return { acting: false, reason: SETTLES };
    if (!this.#held.isSure(held)) return { acting: false, reason: this.#whyUnsure() };
    return {
      acting: true,
      reason: `this operator (${this.#deps.operator}) has the pool`,
      lost: held.lost.signal,
      begin: () => this.#held.begin(held),
    };
  }

  /** Whether the pool's Lease names this operator, by whichever of its instances. */
  has(pool: string): boolean {
    return this.owner(pool)?.operator === this.#deps.operator;
  }

  /** As far as that was read. */
  owner(pool: string): PoolOwner | undefined {
    return ownerBy(this.#held.good(pool)?.record ?? this.#seen.recordOf(pool));
  }

  /** Resolves when aborted; what is held stays so, and is worth what the operator's own Lease is. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#runLists(signal), this.#confirmations.run(signal)]);
    this.#held.close();
  }

  async #runLists(signal: AbortSignal): Promise<void> {
    const { clock, random, retryMs } = this.#deps;
    while (!signal.aborted) {
      this.#woken = new AbortController();
      const woken = this.#woken.signal;
      await this.#attempt(signal);
      const pauseMs = Math.min(retryMs * (1 + JITTER * random()), this.#held.dueInMs());
      await clock.sleep(pauseMs, AbortSignal.any([signal, woken])).catch(() => undefined);
    }
  }

  #list(signal: AbortSignal): Promise<readonly SeenPoolLease[]> {
    const { store, freshMs = FRESH_MS } = this.#deps;
    return this.#within(signal, (within) => store.list(within), CALL_SHARE * freshMs);
  }

  /** What goes wrong is said once and tried again. What is written needs no list; what is taken does. */
  async #attempt(signal: AbortSignal): Promise<void> {
    const { lost: term } = this.#deps.ownLeadership();
    const within = term === undefined ? signal : AbortSignal.any([signal, term]);
    const unlisted = await this.#look(within).then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
    if (unlisted !== undefined && !signal.aborted) this.#trouble.noteAll(unlisted);
    try {
      if (term !== undefined) {
        await this.#writes.giveBack(within);
        const taking = unlisted === undefined ? [this.#takes.attempt(term, within)] : [];
        const [taken] = await Promise.allSettled(taking);
        await this.#writes.settle(within);
        await this.#writes.writeInterventions(within);
        if (taken?.status === 'rejected') throw taken.reason;
      }
      if (unlisted === undefined) this.#trouble.noteAll(undefined);
    } catch (error) {
      if (!signal.aborted) this.#trouble.noteAll(messageOf(error));
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock, onChange } = this.#deps;
    const askedAtMs = clock.monotonic();
    const moved = this.#seen.noteList(await this.#list(signal));
    for (const [pool, held] of this.#held.entries()) {
      const lease = this.#seen.of(pool);
      if (!this.#held.isGood(held))
        this.#held.drop(pool, 'this instance lost the lease of its operator meanwhile');
      else if (!this.#isOurs(lease)) this.#giveUp(pool);
      else {
        this.#held.seen(pool, held, lease);
        this.#held.confirm(pool, held, askedAtMs);
      }
    }
    this.#noteOthers();
    for (const pool of moved) onChange(pool);
  }

  #noteOthers(): void {
    const { interventions, operator: ours } = this.#deps;
    for (const { pool, record } of this.#seen.all())
      if (record.holder !== '' && record.operator !== ours) interventions?.left(pool, record.operator);
  }

  /** Not so after whoever thinks that it may has been there: a person who deletes Leases, or changes them. */
  #isOurs(lease: SeenPoolLease | undefined): lease is SeenPoolLease {
    return lease?.record.holder === this.#deps.identity && lease.record.operator === this.#deps.operator;
  }

  /** It was read alone. */
  #lost(pool: string, lease: SeenPoolLease | undefined): void {
    this.#seen.note(pool, lease);
    this.#giveUp(pool);
    this.#noteOthers();
  }

  #giveUp(pool: string): void {
    this.#held.drop(pool, 'its Lease names another one, or is gone');
    this.#deps.log.warn('this operator stands by for a pool whose lease somebody changed', { pool });
  }

  #whyNot(pool: string): string {
    if (this.#trouble.ofAll !== undefined) return `the leases of pools: ${this.#trouble.ofAll}`;
    const owner = this.owner(pool);
    const untaken = this.#trouble.untaken(pool);
    if (owner === undefined && untaken !== undefined)
      return `no operator has the pool, and it could not be taken: ${untaken}`;
    if (owner === undefined) return 'no operator has taken the pool yet';
    if (owner.operator === this.#deps.operator) return 'its lease is being taken';
    return `operator ${owner.operator} (${owner.holder}) has the pool`;
  }

  #whyUnsure(): string {
    const why = this.#trouble.ofAll;
    return `it is not known whether the pool is still this operator’s${why === undefined ? '' : `: ${why}`}`;
  }

  #within<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    mostMs = Number.POSITIVE_INFINITY,
  ): Promise<T> {
    const { clock, callMs = CALL_MS } = this.#deps;
    return inTime(work, { clock, limitMs: Math.min(callMs, mostMs), signal });
  }
}
