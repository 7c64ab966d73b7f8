// core: the question put to `decide` and its answer. Serialisable, no functions, no clock.

import type { BehaviorSpec, TargetSpec } from '../api/policy.ts';
import type { AlternativesOf } from '../api/words/alternatives.ts';
import type { ObjectiveState } from './demand/objective.ts';
import type { Pace } from './law/rates/drain-time.ts';
import type { AppObservation, Footprint, MetricReading } from './observation.ts';

/** What the apps of a pool share. */
export type Budget =
  | { readonly kind: 'slots'; readonly slots: number }
  | { readonly kind: 'resources'; readonly total: Footprint }
  /** Room for more instances than are launched, per app id, counted by the caller; the scheduler's queue arbitrates. */
  | { readonly kind: 'cluster'; readonly roomByApp: Readonly<Record<string, number>> };

/** `fixed` covers apps left to people and the apps of Paused and Observe members: they use, they are not decided. */
export type AppRole = 'scaled' | 'remainder' | 'fixed';

export interface AppInput {
  /** Its name in the scheduler: unique in the pool. */
  readonly id: string;
  readonly name: string;
  readonly role: AppRole;
  /** 1 is highest. */
  readonly priority: number;
  readonly min: number;
  /** Infinity when the policy sets none. */
  readonly max: number;
  /** Share of what is left, for remainders; 1 otherwise. */
  readonly weight: number;
  readonly targets: readonly TargetSpec[];
  /** CEL over the targets' names; absent: the largest wanted count wins. */
  readonly formula?: string;
  /** One per target, in the same order. */
  readonly readings: readonly MetricReading[];
  readonly behavior: BehaviorSpec;
  readonly footprint: Footprint;
  /** Whether a fixed app's use is subtracted from the budget (resource budgets; frozen members of a slot budget). */
  readonly countsAgainstBudget: boolean;
  /** What the scheduler has; absent when the app does not exist (yet). */
  readonly observed?: AppObservation;
  /**
   * When set, the count is kept at `instances` whatever the law says (a foreign scale, somebody's rolling
   * restart, a conflict), and `reason` says why.
   */
  readonly held?: { readonly instances: number; readonly reason: string };
  /** It does not exist and cannot be created now, and why: it holds nothing, and what it might need is not lent. */
  readonly blocked?: string;
  /**
   * A person's order, in the place of the law's word: before every need of others, and after their minimums; within
   * the app's own bounds and the budget. Without effect while `held` is set.
   */
  readonly override?: { readonly instances: number; readonly reason: string };
}

export interface DecisionInput {
  readonly budget: Budget;
  readonly apps: readonly AppInput[];
  /** Time of the round, ms since the epoch. */
  readonly nowMs: number;
  /** Absent after a restart: then the first decision holds what is there. */
  readonly memory?: DecisionMemory;
}

/** One thing that made a number what it is, in the order in which it happened. */
export interface DecisionStep {
  /** Short fixed word: `law`, `metric`, `formula`, `min`, `max`, `behavior`, `giveBack`, `capacity`, `handover`, `held`, `remainder`, … */
  readonly rule: string;
  readonly before: number;
  readonly after: number;
  /** A clause a person understands, with its numbers. */
  readonly reason: string;
}

export type LimitedBy =
  | 'min'
  | 'max'
  | 'capacity'
  /** The cluster has no room for what the budget would give. */
  | 'cluster'
  /** It does not exist and cannot be created now. */
  | 'creation'
  | 'handover'
  | 'behavior'
  | 'held'
  | 'metric'
  | 'launching'
  /** More instances get no more work done. */
  | 'futility';

export interface AppDecision {
  readonly id: string;
  readonly name: string;
  readonly role: AppRole;
  /** The count asked for at the start of the round; 0 when absent. */
  readonly from: number;
  /** What the law asks for, after the app's own clamps. */
  readonly wanted: number;
  /** What the pool grants it. */
  readonly granted: number;
  /** What to ask the scheduler for now: `granted`, less what still waits for a victim to be gone. */
  readonly to: number;
  readonly limitedBy?: LimitedBy;
  readonly steps: readonly DecisionStep[];
  /** One sentence: "wanted 9: 400 waiting, 42/s arriving, 5/s per instance; granted 8: …". */
  readonly summary: string;
  /** Of the targets' objectives, in order, null where a target has none; absent: no target has one. */
  readonly objectives?: readonly (ObjectiveState | null)[];
  /**
   * Of the targets that are drain times, in order, how fast what waits is worked off, null where that is not known and for
   * the other targets; absent: no target is one.
   */
  readonly paces?: readonly (Pace | null)[];
  /** Figures of the law worth showing: arrivalsPerS, servicePerS, waiting, inFlight, deadTimeS. */
  readonly figures: Readonly<Record<string, number>>;
  /** Whose alternatives are among the figures, or why there are none; absent: of the only target, once its rates are known. */
  readonly alternativesOf?: AlternativesOf;
}

export interface Decision {
  readonly apps: readonly AppDecision[];
  readonly capacity: {
    /** In slots, or for resource budgets in the scarcest resource's instances; see `unit`. */
    readonly total: number;
    readonly used: number;
    readonly unit: 'slots' | 'cpus' | 'mem' | 'disk' | 'gpus' | 'instances';
  };
  readonly memory: DecisionMemory;
}

/** What must survive to the next round; JSON, at most 4 KiB an app, `version` checked when read back. */
export interface DecisionMemory {
  readonly version: 2;
  readonly apps: readonly AppMemory[];
}

/** Of one app; opaque outside core; plain JSON. */
export type AppMemory = { readonly id: string } & Readonly<Record<string, unknown>>;
