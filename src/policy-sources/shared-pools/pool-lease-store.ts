// policy-sources: what says which of several operators has a pool, wherever that is kept; of two that write it at once, one does.

import type { CarriedInterventions } from '../pools-to-run.ts';

/**
 * Points from a pool to the operator that has it. It is never renewed: it is worth what the operator's own Lease is, or its task
 * where tasks tell who acts.
 */
export interface PoolLeaseRecord {
  /** The instance that acts; empty: nobody has the pool. */
  readonly holder: string;
  /** The name of the Lease by which that instance acts, in the same namespace; or the id of the app that its task is of. */
  readonly operator: string;
  /** Of that Lease: so long after its last renewal nobody acts by it. 0 where tasks tell. */
  readonly durationSeconds: number;
  /** RFC 3339 with microseconds, by the holder's clock: shown to people, never compared. */
  readonly acquireTime: string;
  readonly transitions: number;
  /** Everybody who looks has had the time to see that somebody takes the pool, also an operator without a selector. */
  readonly settled: boolean;
  /** The interventions of the pool, for whoever has it next (`PoolInterventions`); absent: there are none. */
  readonly interventions?: CarriedInterventions;
  /** What the last operator had learned of the pool (`PoolLearning`), in a Lease that was given back. */
  readonly learned?: string;
}

export interface SeenPoolLease {
  readonly pool: string;
  readonly record: PoolLeaseRecord;
  /** Changes with every write. */
  readonly version: string;
}

/** Whatever is thrown is a failed attempt, a write that came too late among them. */
export interface PoolLeaseStore {
  /** All there are, as they are now. */
  list(signal: AbortSignal): Promise<readonly SeenPoolLease[]>;
  /** Undefined when there is none. Absent where one cannot be read without the others. */
  get?(pool: string, signal: AbortSignal): Promise<SeenPoolLease | undefined>;
  create(pool: string, record: PoolLeaseRecord, signal: AbortSignal): Promise<SeenPoolLease>;
  /** Only while it is still at `version`. */
  replace(
    pool: string,
    record: PoolLeaseRecord,
    version: string,
    signal: AbortSignal,
  ): Promise<SeenPoolLease>;
  /** Only while it is still at that version. */
  remove(lease: SeenPoolLease, signal: AbortSignal): Promise<void>;
}

/**
 * Who acts for a pool knows by an answer that is younger than the first of the two times that it may: with a selector that
 * the pool's Lease names it, without one that the pool has none. Who takes a pool that had none, or whose Lease a person deleted, acts
 * after the second one: by then whoever acted has seen it, and what it was writing has ended. The difference bears clocks
 * that run apart by a tenth, and a call that is cut short and arrives.
 */
export const FRESH_MS = 12_000;
export const SETTLE_MS = 15_000;
/** Of the first one, for one call: one that hangs does not use up the time for which the last answer is good. */
export const CALL_SHARE = 2 / 3;

/** Whether anybody may still act for another operator. */
export interface OperatorWatch {
  /**
   * Asks anew. True says that nobody has acted for it since some moment before the question, and nobody does who does not take
   * its pools anew.
   */
  isFree(operator: string, durationSeconds: number, signal: AbortSignal): Promise<boolean>;
  /** Forgets all others: nobody asks about them any more. */
  keepOnly(operators: ReadonlySet<string>): void;
}
