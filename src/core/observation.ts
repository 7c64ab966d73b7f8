// core: what one round knows about the world. Plain data; unknown is a state, never a number.

import type { AppDefinition } from '../api/policy.ts';

/** One reading of one metric. There is no number for "unknown". */
export type MetricReading = MetricSample | MetricUnavailable;

export interface MetricSample {
  readonly state: 'ok';
  /** The measured count: for a queue all messages, invisible ones included. */
  readonly value: number;
  /** When the measurement was taken, ms since the epoch. */
  readonly atMs: number;
  /** Messages that are visible now, when the source knows the number exactly (Azure: a peek that saw fewer than 32). */
  readonly visible?: number;
  /** At least this many are visible (Azure: a full peek of 32). */
  readonly visibleAtLeast?: number;
  /** When the oldest visible message was inserted, ms since the epoch. */
  readonly oldestInsertedAtMs?: number;
  /** Cumulative count of arrivals, from sources that have such a counter. */
  readonly arrivedTotal?: number;
}

export interface MetricUnavailable {
  readonly state: 'unavailable';
  /** A sentence for people; never holds a secret. */
  readonly reason: string;
  /** Since when there is no reading, ms since the epoch. */
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
  /** `NoRoom`: what is free is too small. `NotPlaced`: a rule keeps it from where there is room. `Quota`: it may not have more. */
  readonly reason: 'NoRoom' | 'NotPlaced' | 'Quota';
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
  /** When count and definition were changed last, ms since the epoch. */
  readonly lastScalingAtMs?: number;
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
