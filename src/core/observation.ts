// core: what one round knows about the world. Plain data; unknown is a state, never a number.

import type { MarathonAppDefinition } from '../api/policy.ts';

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
  /** From Marathon's health checks; absent when the app has none or none has answered. */
  readonly healthy?: boolean;
}

/** An app's deployment as far as a lock is concerned. */
export interface DeploymentObservation {
  readonly id: string;
  readonly affectedApps: readonly string[];
  /** Marathon's action names over all steps: StartApplication, ScaleApplication, RestartApplication, StopApplication. */
  readonly actions: readonly string[];
}

/** What the scheduler reports of one app that exists. */
export interface AppObservation {
  readonly id: string;
  /** Marathon's `instances`: how many are asked for. */
  readonly requested: number;
  readonly running: number;
  readonly staging: number;
  /** Told to stop, not gone yet: each still holds its slot. */
  readonly killing: number;
  readonly unreachable: number;
  /** Serving: healthy where the app has health checks, else running. */
  readonly ready: number;
  /** Instances in `/v2/queue`. */
  readonly waiting: number;
  /** `Insufficient…` and other refusal reasons of the queue, with a non-zero decline count. */
  readonly waitingReasons: readonly string[];
  /** ms until the back-off ends; 0 when there is none. */
  readonly backoffMs: number;
  readonly hasHealthChecks: boolean;
  readonly tasks: readonly TaskObservation[];
  readonly deployments: readonly DeploymentObservation[];
  /** `versionInfo`, ms since the epoch. */
  readonly lastScalingAtMs?: number;
  readonly lastConfigChangeAtMs?: number;
  /** Marathon's current version string. */
  readonly version?: string;
  /** Value of our creation label; absent on apps made by others. */
  readonly owner?: string;
  /** The definition as Marathon echoes it. */
  readonly definition: MarathonAppDefinition;
}

/** Footprint of one instance. */
export interface Footprint {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}
