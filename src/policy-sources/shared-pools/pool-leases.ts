// policy-sources: which of several operators has a pool: one Lease a pool, taken once and given back when the
// pool is another operator's to run.

import { inTime } from '../../runtime/abort/in-time.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { eachOf } from '../each.ts';
import type { LeadershipState } from '../leadership-state.ts';
import type { PoolInterventions, PoolLearning, PoolOwner, PoolsToRun } from '../pools-to-run.ts';
import { HeldPools } from './held-pools.ts';
import { LeaseConfirmations } from './lease-confirmations.ts';
import { ownerBy, takenBy } from './lease-record.ts';
import { LeaseTrouble } from './lease-trouble.ts';
import { LeaseWrites } from './lease-writes.ts';
import {
  CALL_SHARE,
  FRESH_MS,
  type OperatorWatch,
  type PoolLeaseStore,
  SETTLE_MS,
  type SeenPoolLease,
} from './pool-lease-store.ts';
import { StaleLeases } from './stale-leases.ts';

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
  readonly #held: HeldPools;
  readonly #trouble: LeaseTrouble;
  readonly #writes: LeaseWrites;
  readonly #confirmations: LeaseConfirmations;
  #pools: PoolsToRun = { ours: new Set(), areOthers: () => false, isGone: () => false };
  readonly #stale: StaleLeases;
  #seen: ReadonlyMap<string, SeenPoolLease> = new Map();
  #woken = new AbortController();

  constructor(deps: PoolLeasesDeps) {
    this.#deps = deps;
    this.#held = new HeldPools({ ...deps, onLeft: () => this.look() });
    this.#trouble = new LeaseTrouble(deps.log);
    this.#writes = new LeaseWrites({
      ...{ ...deps, held: this.#held, trouble: this.#trouble },
      within: (signal, work) => this.#within(signal, work),
      isGone: (pool) => this.#pools.isGone(pool),
      onWritten: (lease) => this.#noteSeen(lease),
    });
    this.#confirmations = new LeaseConfirmations({
      ...{ ...deps, held: this.#held },
      within: (signal, work) => this.#within(signal, work),
      list: (signal) => this.#list(signal),
      isOurs: (lease) => this.#isOurs(lease),
      onLost: (pool, lease) => this.#lost(pool, lease),
    });
    this.#stale = new StaleLeases(deps);
  }

  /** Which pools are this operator's to run may have changed. */
  follow(pools: PoolsToRun): void {
    const { ours: before } = this.#pools;
    this.#pools = pools;
    let news = !(pools.ours.size === before.size && pools.ours.isSubsetOf(before));
    for (const [pool, held] of this.#held.entries()) {
      if (held.leaving || !this.#isToGo(pool)) continue;
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
    return ownerBy(this.#held.good(pool)?.record ?? this.#seen.get(pool)?.record);
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
        const taking = unlisted === undefined ? [this.#takeAndReturn(term, within)] : [];
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

  /**
   * By a list that was had just now. What cannot be given back, or asked about another operator, keeps no pool from being taken
   * that is anybody's.
   */
  async #takeAndReturn(term: AbortSignal, signal: AbortSignal): Promise<void> {
    const free = new Set([this.#deps.operator]);
    const [returned] = await Promise.allSettled([this.#giveBackOthers(signal)]);
    const [asked] = await Promise.allSettled([this.#noteFree(free, signal)]);
    signal.throwIfAborted();
    await this.#take(term, { free }, signal);
    this.#stale.remove(this.#unheld(), { free, isGone: this.#pools.isGone }, signal);
    for (const each of [returned, asked]) if (each?.status === 'rejected') throw each.reason;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock, onChange } = this.#deps;
    const before = this.#seen;
    const askedAtMs = clock.monotonic();
    this.#seen = new Map((await this.#list(signal)).map((lease) => [lease.pool, lease]));
    for (const [pool, held] of this.#held.entries()) {
      const lease = this.#seen.get(pool);
      if (!this.#held.isGood(held))
        this.#held.drop(pool, 'this instance lost the lease of its operator meanwhile');
      else if (!this.#isOurs(lease)) this.#giveUp(pool);
      else {
        this.#held.seen(pool, held, lease);
        this.#held.confirm(pool, held, askedAtMs);
      }
    }
    this.#noteOthers();
    for (const pool of new Set([...before.keys(), ...this.#seen.keys()])) {
      const [was, is] = [before.get(pool)?.record, this.#seen.get(pool)?.record];
      if (was?.holder !== is?.holder || was?.operator !== is?.operator) onChange(pool);
    }
  }

  #noteOthers(): void {
    const { interventions, operator: ours } = this.#deps;
    for (const { pool, record } of this.#seen.values())
      if (record.holder !== '' && record.operator !== ours) interventions?.left(pool, record.operator);
  }

  /** Not so after whoever thinks that it may has been there: a person who deletes Leases, or changes them. */
  #isOurs(lease: SeenPoolLease | undefined): lease is SeenPoolLease {
    return lease?.record.holder === this.#deps.identity && lease.record.operator === this.#deps.operator;
  }

  /** It was read alone. */
  #lost(pool: string, lease: SeenPoolLease | undefined): void {
    const seen = new Map(this.#seen);
    seen.delete(pool);
    this.#seen = lease === undefined ? seen : seen.set(pool, lease);
    this.#giveUp(pool);
    this.#noteOthers();
  }

  #giveUp(pool: string): void {
    this.#held.drop(pool, 'its Lease names another one, or is gone');
    this.#deps.log.warn('this operator stands by for a pool whose lease somebody changed', { pool });
  }

  /** What this operator had before and does not want any more: an instance that ended before it could give it back. */
  async #giveBackOthers(signal: AbortSignal): Promise<void> {
    const { operator, store } = this.#deps;
    const stale = [...this.#seen.values()].filter(
      ({ pool, record }) =>
        record.operator === operator &&
        record.holder !== '' &&
        !this.#held.has(pool) &&
        this.#isToGo(pool) &&
        !this.#pools.isGone(pool),
    );
    await eachOf(stale, async ({ pool, record, version }) => {
      const lease = await this.#within(signal, (within) =>
        store.replace(pool, { ...record, holder: '' }, version, within),
      );
      this.#noteSeen(lease);
    });
  }

  #missing(): readonly string[] {
    return [...this.#pools.ours].filter((pool) => !this.#held.has(pool));
  }

  #unheld(): readonly SeenPoolLease[] {
    return [...this.#seen.values()].filter(
      ({ pool }) => !this.#held.has(pool) && !this.#pools.ours.has(pool),
    );
  }

  async #take(
    term: AbortSignal,
    { free }: { readonly free: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<void> {
    const takeable = this.#missing().filter((pool) => {
      const record = this.#seen.get(pool)?.record;
      return record === undefined || record.holder === '' || free.has(record.operator);
    });
    await eachOf(takeable, async (pool) => {
      try {
        await this.#takeOne(pool, term, signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#trouble.noteUntaken(pool, messageOf(error));
      }
    });
  }

  async #takeOne(pool: string, term: AbortSignal, signal: AbortSignal): Promise<void> {
    const { store, log, operator, clock, interventions, learning, settleMs = SETTLE_MS } = this.#deps;
    const seen = this.#seen.get(pool);
    const record = takenBy(this.#deps, seen?.record, clock.now());
    const confirmedAtMs = clock.monotonic();
    const lease = await this.#within(signal, (within) =>
      seen === undefined
        ? store.create(pool, record, within)
        : store.replace(pool, record, seen.version, within),
    );
    this.#noteSeen(lease);
    this.#trouble.noteTaken(pool);
    if (term.aborted) return;
    const before = seen?.record;
    if (before !== undefined) interventions?.taken(pool, record.interventions, before.operator !== operator);
    if (before?.learned !== undefined) learning?.taken(pool, before.learned);
    this.#held.add(pool, {
      version: lease.version,
      record,
      settlesAtMs: clock.monotonic() + settleMs,
      ...{ term, confirmedAtMs, leaving: this.#isToGo(pool) },
    });
    log.debug('this operator has the pool', { pool, lease: operator });
  }

  /**
   * Asked after the Leases of the pools were read. One that cannot be asked about is not free.
   *
   * @param free gets the operators by whose Leases nobody acts
   */
  async #noteFree(free: Set<string>, signal: AbortSignal): Promise<void> {
    const { operator: ours, watch } = this.#deps;
    const gone = this.#unheld().filter(({ pool }) => this.#pools.isGone(pool));
    const records = [...this.#missing(), ...gone.map(({ pool }) => pool)].flatMap(
      (pool) => this.#seen.get(pool)?.record ?? [],
    );
    const others = new Map(
      records
        .filter(({ holder, operator }) => holder !== '' && operator !== ours)
        .map(({ operator, durationSeconds }) => [operator, durationSeconds]),
    );
    watch.keepOnly(new Set(others.keys()));
    await eachOf([...others], async ([operator, durationSeconds]) => {
      if (await this.#within(signal, (within) => watch.isFree(operator, durationSeconds, within)))
        free.add(operator);
    });
  }

  #isToGo(pool: string): boolean {
    return !this.#pools.ours.has(pool) && this.#pools.areOthers(pool);
  }

  #noteSeen(lease: SeenPoolLease): void {
    this.#seen = new Map(this.#seen).set(lease.pool, lease);
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
