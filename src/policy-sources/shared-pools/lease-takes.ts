// policy-sources: which Leases of pools an operator takes, and which it gives back or removes that it does not act by.

import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { eachOf } from '../each.ts';
import type { PoolInterventions, PoolLearning, PoolsToRun } from '../pools-to-run.ts';
import type { HeldPools } from './held-pools.ts';
import { takenBy } from './lease-record.ts';
import type { LeaseTrouble } from './lease-trouble.ts';
import {
  type OperatorWatch,
  type PoolLeaseStore,
  SETTLE_MS,
  type SeenPoolLease,
} from './pool-lease-store.ts';
import type { SeenLeases } from './seen-leases.ts';
import { StaleLeases } from './stale-leases.ts';

export interface LeaseTakesDeps {
  readonly store: PoolLeaseStore;
  readonly seen: SeenLeases;
  readonly held: HeldPools;
  readonly trouble: LeaseTrouble;
  /** Of the Leases of other operators. */
  readonly watch: OperatorWatch;
  readonly identity: string;
  readonly operator: string;
  readonly durationSeconds: number;
  /** Must not go back. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly settleMs?: number;
  readonly interventions?: PoolInterventions;
  readonly learning?: PoolLearning;
  /** As they are now. */
  readonly pools: () => PoolsToRun;
  /** In its time, or it has failed. */
  readonly within: <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

export class LeaseTakes {
  readonly #deps: LeaseTakesDeps;
  readonly #stale: StaleLeases;

  constructor(deps: LeaseTakesDeps) {
    this.#deps = deps;
    this.#stale = new StaleLeases(deps);
  }

  /**
   * By a list that was had just now. What cannot be given back, or asked about another operator, keeps no pool from being taken
   * that is anybody's.
   *
   * @param term in which it is taken
   */
  async attempt(term: AbortSignal, signal: AbortSignal): Promise<void> {
    const free = new Set([this.#deps.operator]);
    const [returned] = await Promise.allSettled([this.#giveBackOthers(signal)]);
    const [asked] = await Promise.allSettled([this.#noteFree(free, signal)]);
    signal.throwIfAborted();
    await this.#take(term, { free }, signal);
    this.#stale.remove(this.#unheld(), { free, isGone: this.#deps.pools().isGone }, signal);
    for (const each of [returned, asked]) if (each?.status === 'rejected') throw each.reason;
  }

  /** What this operator had before and does not want any more: an instance that ended before it could give it back. */
  async #giveBackOthers(signal: AbortSignal): Promise<void> {
    const { operator, store, seen, held, within } = this.#deps;
    const pools = this.#deps.pools();
    const stale = seen
      .all()
      .filter(
        ({ pool, record }) =>
          record.operator === operator &&
          record.holder !== '' &&
          !held.has(pool) &&
          isToGo(pool, pools) &&
          !pools.isGone(pool),
      );
    await eachOf(stale, async ({ pool, record, version }) => {
      const free = { ...record, holder: '' };
      seen.note(pool, await within(signal, (inner) => store.replace(pool, free, version, inner)));
    });
  }

  #missing(): readonly string[] {
    const { held, pools } = this.#deps;
    return [...pools().ours].filter((pool) => !held.has(pool));
  }

  #unheld(): readonly SeenPoolLease[] {
    const { held, seen, pools } = this.#deps;
    const { ours } = pools();
    return seen.all().filter(({ pool }) => !held.has(pool) && !ours.has(pool));
  }

  async #take(
    term: AbortSignal,
    { free }: { readonly free: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<void> {
    const { seen, trouble } = this.#deps;
    const takeable = this.#missing().filter((pool) => {
      const record = seen.recordOf(pool);
      return record === undefined || record.holder === '' || free.has(record.operator);
    });
    await eachOf(takeable, async (pool) => {
      try {
        await this.#takeOne(pool, term, signal);
      } catch (error) {
        signal.throwIfAborted();
        trouble.noteUntaken(pool, messageOf(error));
      }
    });
  }

  async #takeOne(pool: string, term: AbortSignal, signal: AbortSignal): Promise<void> {
    const { store, seen, held, trouble, within, log, operator, clock } = this.#deps;
    const { interventions, learning, settleMs = SETTLE_MS, pools } = this.#deps;
    const known = seen.of(pool);
    const record = takenBy(this.#deps, known?.record, clock.now());
    const confirmedAtMs = clock.monotonic();
    const lease = await within(signal, (inner) =>
      known === undefined
        ? store.create(pool, record, inner)
        : store.replace(pool, record, known.version, inner),
    );
    seen.note(pool, lease);
    trouble.noteTaken(pool);
    if (term.aborted) return;
    const before = known?.record;
    if (before !== undefined) interventions?.taken(pool, record.interventions, before.operator !== operator);
    if (before?.learned !== undefined) learning?.taken(pool, before.learned);
    held.add(pool, {
      version: lease.version,
      record,
      settlesAtMs: clock.monotonic() + settleMs,
      ...{ term, confirmedAtMs, leaving: isToGo(pool, pools()) },
    });
    log.debug('this operator has the pool', { pool, lease: operator });
  }

  /**
   * Asked after the Leases of the pools were read. One that cannot be asked about is not free.
   *
   * @param free gets the operators by whose Leases nobody acts
   */
  async #noteFree(free: Set<string>, signal: AbortSignal): Promise<void> {
    const { operator: ours, watch, seen, within, pools } = this.#deps;
    const { isGone } = pools();
    const gone = this.#unheld().filter(({ pool }) => isGone(pool));
    const records = [...this.#missing(), ...gone.map(({ pool }) => pool)].flatMap(
      (pool) => seen.recordOf(pool) ?? [],
    );
    const others = new Map(
      records
        .filter(({ holder, operator }) => holder !== '' && operator !== ours)
        .map(({ operator, durationSeconds }) => [operator, durationSeconds]),
    );
    watch.keepOnly(new Set(others.keys()));
    await eachOf([...others], async ([operator, durationSeconds]) => {
      if (await within(signal, (inner) => watch.isFree(operator, durationSeconds, inner))) free.add(operator);
    });
  }
}

/** Whether it is known to be somebody else's: what cannot be read now stays whose it is. */
export function isToGo(pool: string, { ours, areOthers }: PoolsToRun): boolean {
  return !ours.has(pool) && areOthers(pool);
}
