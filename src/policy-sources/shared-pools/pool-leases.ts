// policy-sources: which of several operators has a pool: one Lease a pool, taken once and given back when the
// pool is another operator's to run.

import { defined } from '../../lang/defined.ts';
import { inTime } from '../../runtime/abort/in-time.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { eachOf } from '../each.ts';
import type { PoolHands, PoolLearning, PoolOwner, PoolsToRun } from '../pools-to-run.ts';
import { type HeldPool, HeldPools } from './held-pools.ts';
import { takenBy, withHands } from './lease-record.ts';
import { LeaseTrouble } from './lease-trouble.ts';
import {
  type OperatorStanding,
  type OperatorWatch,
  type PoolLeaseRecord,
  type PoolLeaseStore,
  SETTLE_MS,
  type SeenPoolLease,
} from './pool-lease-store.ts';
import { StaleLeases } from './stale-leases.ts';

export interface PoolLeasesDeps {
  readonly store: PoolLeaseStore;
  /** Whether this instance acts for its operator at all. */
  readonly standing: () => OperatorStanding;
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
  /** Absent: nothing goes along with a pool. */
  readonly hands?: PoolHands;
  readonly learning?: PoolLearning;
  /** Whether this instance acts for a pool, or who does, may have changed. */
  readonly onChange: (pool: string) => void;
}

export interface PoolStanding extends OperatorStanding {
  /** Announces a write: the pool is given back after its end. Undefined when it is given back already. */
  readonly begin?: () => (() => void) | undefined;
}

const JITTER = 0.2;
const SETTLES =
  'the pool was nobody’s: operators without a selector are given the time to see that it is taken';
/** For a write of one object and what goes with it. */
const CALL_MS = 4_000;

/**
 * An instance acts for a pool while it acts for its operator, and the pool's Lease names it, by its own write in this very
 * standing. So whoever takes the Lease of an operator that vanished cannot be overtaken by an instance that comes back: of
 * the two writes the later one meets another version. The Lease of a pool is taken from
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
  #pools: PoolsToRun = { ours: new Set(), areOthers: () => false, areGone: () => false };
  readonly #stale: StaleLeases;
  #seen: ReadonlyMap<string, SeenPoolLease> = new Map();
  #woken = new AbortController();

  constructor(deps: PoolLeasesDeps) {
    this.#deps = deps;
    this.#held = new HeldPools({ ...deps, onLeft: () => this.look() });
    this.#trouble = new LeaseTrouble(deps.log);
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

  /** What people hold may be different. */
  handsChanged(): void {
    if (this.#held.entries().some(([pool, held]) => this.#isBehind(pool, held))) this.look();
  }

  /** Something may be different: soon, not after the next pause. */
  look(): void {
    this.#woken.abort();
  }

  state(pool: string): PoolStanding {
    const standing = this.#deps.standing();
    if (!standing.acting) return standing;
    const held = this.#held.good(pool);
    if (held === undefined) return { acting: false, reason: this.#whyNot(pool) };
    if (held.leaving) return { acting: false, reason: 'the pool is being handed over' };
    if (!held.record.settled) return { acting: false, reason: SETTLES };
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
    const record = this.#held.good(pool)?.record ?? this.#seen.get(pool)?.record;
    if (record === undefined || record.holder === '') return undefined;
    return { operator: record.operator, holder: record.holder };
  }

  /** Resolves when aborted; what is held stays so, and is worth what the operator's own Lease is. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, retryMs } = this.#deps;
    while (!signal.aborted) {
      this.#woken = new AbortController();
      const woken = this.#woken.signal;
      await this.#attempt(signal);
      const pauseMs = Math.min(retryMs * (1 + JITTER * random()), this.#held.dueInMs());
      await clock.sleep(pauseMs, AbortSignal.any([signal, woken])).catch(() => undefined);
    }
  }

  /** What goes wrong is said once and tried again. */
  async #attempt(signal: AbortSignal): Promise<void> {
    const { lost: standing } = this.#deps.standing();
    const within = standing === undefined ? signal : AbortSignal.any([signal, standing]);
    try {
      await this.#look(within);
      if (standing !== undefined) {
        await this.#giveBack(within);
        const free = await this.#freeOperators(within);
        await this.#take(standing, { free }, within);
        await this.#settle(within);
        await this.#writeHands(within);
        this.#stale.remove(this.#unheld(), { free, areGone: this.#pools.areGone }, within);
      }
      this.#trouble.noteAll(undefined);
    } catch (error) {
      if (!signal.aborted) this.#trouble.noteAll(messageOf(error));
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const before = this.#seen;
    const listed = await this.#within(signal, (within) => this.#deps.store.list(within));
    this.#seen = new Map(listed.map((lease) => [lease.pool, lease]));
    for (const [pool, held] of this.#held.entries()) {
      if (!this.#held.isGood(held))
        this.#held.drop(pool, 'this instance lost the lease of its operator meanwhile');
      else if (this.#isTaken(pool)) {
        this.#held.drop(pool, 'its Lease names another one, or is gone');
        this.#deps.log.warn('this operator stands by for a pool whose lease somebody changed', { pool });
      }
    }
    const { hands, operator: ours } = this.#deps;
    for (const { pool, record } of this.#seen.values())
      if (record.holder !== '' && record.operator !== ours) hands?.left(pool, record.operator);
    for (const pool of new Set([...before.keys(), ...this.#seen.keys()])) {
      const [was, is] = [before.get(pool)?.record, this.#seen.get(pool)?.record];
      if (was?.holder !== is?.holder || was?.operator !== is?.operator) this.#deps.onChange(pool);
    }
  }

  /** By whoever thinks that it may: a person who deletes Leases, or changes them. */
  #isTaken(pool: string): boolean {
    const is = this.#seen.get(pool)?.record;
    return is?.holder !== this.#deps.identity || is.operator !== this.#deps.operator;
  }

  async #giveBack(signal: AbortSignal): Promise<void> {
    const leaving = this.#held.entries().filter(([, held]) => held.leaving && held.writes === 0);
    await eachOf(leaving, async ([pool, held]) => {
      // Whatever comes of the call: nothing is written any more.
      this.#held.drop(pool, 'it is handed over');
      // Of what is gone nothing is kept.
      if (this.#pools.areGone(pool)) return;
      const learned = this.#deps.learning?.of(pool);
      const free = {
        ...withHands({ ...held.record, holder: '' }, pool, this.#deps.hands),
        ...defined({ learned }),
      };
      try {
        const lease = await this.#within(signal, (within) =>
          this.#deps.store.replace(pool, free, held.version, within),
        );
        this.#noteSeen(lease);
        this.#deps.log.info('a pool is handed over: its lease is given back', { pool });
      } catch (error) {
        this.#deps.log.warn('the lease of a pool could not be given back yet', {
          pool,
          reason: messageOf(error),
        });
      }
    });
    await this.#giveBackOthers(signal);
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
        !this.#pools.areGone(pool),
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
    standing: AbortSignal,
    { free }: { readonly free: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<void> {
    const takeable = this.#missing().filter((pool) => {
      const record = this.#seen.get(pool)?.record;
      return record === undefined || record.holder === '' || free.has(record.operator);
    });
    await eachOf(takeable, async (pool) => {
      try {
        await this.#takeOne(pool, standing, signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#trouble.noteUntaken(pool, messageOf(error));
      }
    });
  }

  async #takeOne(pool: string, standing: AbortSignal, signal: AbortSignal): Promise<void> {
    const { store, log, operator, clock, hands, learning, settleMs = SETTLE_MS } = this.#deps;
    const seen = this.#seen.get(pool);
    const record = takenBy(this.#deps, seen?.record, clock.now());
    const lease = await this.#within(signal, (within) =>
      seen === undefined
        ? store.create(pool, record, within)
        : store.replace(pool, record, seen.version, within),
    );
    this.#noteSeen(lease);
    this.#trouble.noteTaken(pool);
    if (standing.aborted) return;
    if (seen !== undefined) hands?.taken(pool, record.hands, seen.record.operator !== operator);
    if (seen?.record.learned !== undefined) learning?.taken(pool, seen.record.learned);
    this.#held.add(pool, {
      version: lease.version,
      record,
      settlesAtMs: clock.monotonic() + settleMs,
      standing,
      leaving: this.#isToGo(pool),
    });
    log.debug('this operator has the pool', { pool, lease: operator });
  }

  /** Written down, so that the next one who takes the pool need not wait again. */
  async #settle(signal: AbortSignal): Promise<void> {
    await eachOf(this.#held.due(), async ([pool, held]) => {
      const record = withHands({ ...held.record, settled: true }, pool, this.#deps.hands);
      try {
        await this.#rewrite(pool, held, record, signal);
        this.#deps.onChange(pool);
      } catch (error) {
        signal.throwIfAborted();
        this.#trouble.noteUntaken(pool, messageOf(error));
      }
    });
  }

  /** Operators by whose Leases nobody acts, this one among them; asked after the Leases of the pools were read. */
  async #freeOperators(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { operator: ours, watch } = this.#deps;
    const gone = this.#unheld().filter(({ pool }) => this.#pools.areGone(pool));
    const records = [...this.#missing(), ...gone.map(({ pool }) => pool)].flatMap(
      (pool) => this.#seen.get(pool)?.record ?? [],
    );
    const others = new Map(
      records
        .filter(({ holder, operator }) => holder !== '' && operator !== ours)
        .map(({ operator, durationSeconds }) => [operator, durationSeconds]),
    );
    watch.keepOnly(new Set(others.keys()));
    const free = new Set([ours]);
    await eachOf([...others], async ([operator, durationSeconds]) => {
      if (await this.#within(signal, (within) => watch.isFree(operator, durationSeconds, within)))
        free.add(operator);
    });
    return free;
  }

  #isToGo(pool: string): boolean {
    return !this.#pools.ours.has(pool) && this.#pools.areOthers(pool);
  }

  #noteSeen(lease: SeenPoolLease): void {
    this.#seen = new Map(this.#seen).set(lease.pool, lease);
  }

  #isBehind(pool: string, { record, leaving }: HeldPool): boolean {
    const { hands } = this.#deps;
    return hands !== undefined && !leaving && record.settled && hands.of(pool) !== record.hands;
  }

  /** Written when it changes, so that it is there also when this operator ends without a word. */
  async #writeHands(signal: AbortSignal): Promise<void> {
    const behind = this.#held.entries().filter(([pool, held]) => this.#isBehind(pool, held));
    await eachOf(behind, async ([pool, held]) => {
      try {
        await this.#rewrite(pool, held, withHands(held.record, pool, this.#deps.hands), signal);
      } catch (error) {
        signal.throwIfAborted();
        const fields = { pool, reason: messageOf(error) };
        this.#deps.log.debug('what people hold in a pool is not in its lease yet', fields);
      }
    });
  }

  async #rewrite(pool: string, held: HeldPool, record: PoolLeaseRecord, signal: AbortSignal): Promise<void> {
    const lease = await this.#within(signal, (within) =>
      this.#deps.store.replace(pool, record, held.version, within),
    );
    held.record = record;
    held.version = lease.version;
    this.#noteSeen(lease);
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

  #within<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, callMs: limitMs = CALL_MS } = this.#deps;
    return inTime(work, { clock, limitMs, signal });
  }
}
