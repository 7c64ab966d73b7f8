// core: what one round knows about the world. Plain data; unknown is a state, never a number.

import type { AppDefinition } from '../api/policy.ts';

/** One reading of one metric. There is no number for "unknown". */
export type MetricReading = MetricSample | MetricUnavailable;

/** What a source can tell apart it tells apart; what it cannot tell is absent. */
export interface MetricSample {
  readonly state: 'ok';
  /** When the numbers were true, ms of the operator's clock: before the read, where the source's statistics are old. */
  readonly asOfMs: number;
  /** Messages that nobody works on; with `unsplit` also those that instances hold. */
  readonly waiting: number;
  /** Messages that consumers hold. */
  readonly inFlight?: number;
  /** Set where the source counts waiting messages and those in flight as one number. */
  readonly unsplit?: UnsplitCount;
  /** Messages that one busy instance holds at a time; no more than so many an instance are in flight. */
  readonly heldPerInstance?: number;
  /** Age of the oldest waiting message at `asOfMs`, ms. */
  readonly oldestAgeMs?: number;
  /** When some of the waiting messages were inserted, ms of the operator's clock: those next in line, oldest first. */
  readonly arrivals?: readonly number[];
  /** Where the front of the queue tells how many messages were taken from it since an earlier reading. */
  readonly taken?: TakenSince;
  /** Cumulative count of arrivals. */
  readonly arrivedTotal?: number;
  /** Cumulative count of messages that were worked off. */
  readonly completedTotal?: number;
  /** Where more instances than this would find nothing to do. */
  readonly mostInstances?: MostInstances;
}

/** Messages that consumers took from the front of the queue while some always waited there. */
export interface TakenSince {
  /** `asOfMs` of the reading before. */
  readonly sinceMs: number;
  readonly count: number;
  /** Messages at the front that were looked for again: more than were taken, or nobody could tell. */
  readonly seen?: number;
  /** Of those taken the ones that had been taken and given back before; absent: none, or nobody knows. */
  readonly again?: number;
}

export interface MostInstances {
  readonly count: number;
  /** Why, for people, without a full stop: `topic orders has 12 partitions`. */
  readonly reason: string;
}

/** What is known of a count that is not split into waiting and in flight. */
export interface UnsplitCount {
  /** At least this many wait. */
  readonly waitingAtLeast: number;
  /** Whether what does not wait is in flight; else it may be scheduled for later or be held by somebody else. */
  readonly restInFlight: boolean;
}

export interface MetricUnavailable {
  readonly state: 'unavailable';
  /** A sentence for people; never holds a secret. */
  readonly reason: string;
  /** When it was read last, whatever the reading was of; where it never was, when that was first tried. */
  readonly sinceMs: number;
  /** The last good sample, if there ever was one; it serves until `staleAfter`. */
  readonly last?: MetricSample;
}

export type TaskPhase = 'waiting' | 'staging' | 'running' | 'killing' | 'unreachable';

/** One task that is not terminal. */
export interface TaskObservation {
  readonly id: string;
  readonly phase: TaskPhase;
  readonly host?: string;
  /** The ports it was given on its host. */
  readonly ports?: readonly number[];
  readonly stagedAtMs?: number;
  readonly startedAtMs?: number;
  /** From its health checks; absent when the app has none or none has answered. */
  readonly healthy?: boolean;
}

/** What an operation does to an app; `Other` is what a scheduler has beside these. */
export type OperationKind = 'Start' | 'Scale' | 'Restart' | 'Stop' | 'Other';

/** Something that the scheduler is carrying out and that holds apps meanwhile, such as a rollout. */
export interface OperationObservation {
  readonly id: string;
  readonly affectedApps: readonly string[];
  /** Over all its steps. */
  readonly kinds: readonly OperationKind[];
}

/** Why instances wait, in words that every scheduler has in common. */
export interface WaitingReason {
  /**
   * `NoRoom`: what is free is too small. `NotPlaced`: a rule keeps it from where there is room. `Quota`: it may not have
   * more. `BackingOff`: it failed before and is tried again later.
   */
  readonly reason: 'NoRoom' | 'NotPlaced' | 'Quota' | 'BackingOff';
  /** In the scheduler's own words. */
  readonly text: string;
}

/** What the scheduler reports of one app that exists. */
export interface AppObservation {
  readonly id: string;
  /** How many are asked for. */
  readonly requested: number;
  readonly running: number;
  readonly staging: number;
  /** Told to stop, not gone yet: each still holds its slot. */
  readonly killing: number;
  readonly unreachable: number;
  /** Serving: healthy where the app has health checks, else running. */
  readonly ready: number;
  /** Asked for and not placed. */
  readonly waiting: number;
  /** Empty while nothing waits, and where the scheduler does not say why. */
  readonly waitingFor: readonly WaitingReason[];
  /** ms until the back-off ends; 0 when there is none. */
  readonly backoffMs: number;
  readonly hasHealthChecks: boolean;
  readonly tasks: readonly TaskObservation[];
  readonly operations: readonly OperationObservation[];
  /** Of the workload, where the scheduler has one: another one when it was deleted and made anew under the same name. */
  readonly uid?: string;
  /** When count and definition were changed last, ms since the epoch. */
  readonly lastScalingAtMs?: number;
  /** The scheduler's version of the count, where it has one: another one after every write of it. */
  readonly countVersion?: string;
  /** Who wrote the count last, where the scheduler keeps that: `us`, or the name that it has for somebody else. */
  readonly writtenBy?: 'us' | { readonly name: string };
  /** Why its count is not ours to steer although it exists, in a sentence: then it is left alone. */
  readonly refused?: string;
  readonly lastConfigChangeAtMs?: number;
  /** The scheduler's name of what it runs now: another one after every change. */
  readonly version?: string;
  /** Value of our creation label; absent on apps made by others. */
  readonly owner?: string;
  /** The definition as the scheduler gives it back. */
  readonly definition: AppDefinition;
}

/** Footprint of one instance. */
export interface Footprint {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}
