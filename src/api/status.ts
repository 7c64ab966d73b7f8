// api: the status of our resources as TypeScript sees it. The JSON Schema in schema/status.ts is the source of truth.

import type { Condition } from './conditions.ts';

/** A metric of an app against its target, in the HorizontalPodAutoscaler's manner. */
export interface MetricStatus {
  /** Which of the target's fields is set: QueueLength, DrainTime, MessageAge, PerInstance. */
  readonly type: string;
  /** The target's own, where it has one. */
  readonly targetName?: string;
  /** `queue demo-queue`: for people. */
  readonly name: string;
  readonly unit: 'messages' | 'seconds';
  readonly target: number;
  /** In the same unit, for PerInstance of each instance; absent while unknown, and where it has no end. */
  readonly current?: number;
  /** How far off that may be, two deviations; absent where it is measured and not estimated. */
  readonly currentMargin?: number;
  /** Messages that consumers hold; absent where the source does not tell them apart. */
  readonly inFlight?: number;
  /** The value is known and has no end: messages wait and nothing runs. */
  readonly infinite?: boolean;
  /** Why it could not be read, or is not known. */
  readonly reason?: string;
  /** Absent where the target has no objective, and before anything was decided. */
  readonly objective?: ObjectiveStatus;
}

/** How much of an objective's budget is spent, over its window up to now. */
export interface ObjectiveStatus {
  /** As the policy says: `99%`. */
  readonly withinTarget: string;
  /** As the policy says: `24h`. */
  readonly per: string;
  /** How much of the window is known. */
  readonly knownSeconds: number;
  /** How much of that was above the target. */
  readonly aboveSeconds: number;
  /** How much may be. */
  readonly budgetSeconds: number;
}

/** One app of a policy. */
export interface AppStatus {
  readonly name: string;
  /** What people call its scheduler, where its pool is not all in the operator's own one. */
  readonly scheduler?: string;
  /** Marathon id. */
  readonly id: string;
  /** Absent while nothing was decided. */
  readonly wanted?: number;
  /** Absent while nothing was decided. */
  readonly granted?: number;
  /** What Marathon was asked for; absent before it was read. */
  readonly requested?: number;
  /** Absent before Marathon was read. */
  readonly running?: number;
  /** One per target, in the order of the spec. */
  readonly metrics?: readonly MetricStatus[];
  /** The same in words: `42/50 messages`, `unavailable`. */
  readonly metric?: string;
  readonly limitedBy?: string;
  /** RFC 3339. */
  readonly lastScaled?: string;
  /** Absent: it has no schedules. */
  readonly schedule?: ScheduleStatus;
  /** A person's count for a while; ends by itself. */
  readonly override?: {
    readonly instances: number;
    /** RFC 3339. */
    readonly until: string;
    readonly reason?: string;
    /** The name of a token, or `page`. */
    readonly by?: string;
  };
}

/** What the schedules of an app do now, and next. Times are RFC 3339. */
export interface ScheduleStatus {
  readonly inForce: readonly { readonly min?: number; readonly max?: number; readonly until: string }[];
  readonly next?: { readonly min?: number; readonly max?: number; readonly from: string };
}

export interface PolicyStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly appCount: number;
  readonly apps: readonly AppStatus[];
  /** Absent before the first round. */
  readonly capacity?: { readonly total: number; readonly used: number };
  /** Where its apps live; absent before that was looked at. */
  readonly marathon?: {
    /** The address in use. */
    readonly url: string;
    readonly reachable: boolean;
    readonly version?: string;
  };
  /** The operator that has it, where several share the policies; absent: there is one, or nobody has it. */
  readonly operator?: string;
  /** Paused by a person, whatever its `mode` says. */
  readonly paused?: {
    /** RFC 3339. */
    readonly since: string;
    /** RFC 3339; absent: until somebody resumes it. */
    readonly until?: string;
    readonly reason?: string;
    /** The name of a token, or `page`. */
    readonly by?: string;
  };
}

export interface PoolStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly policyCount: number;
  /** Absent before a member was looked at. */
  readonly capacity?: { readonly total: number; readonly used: number };
  /** The operator that has it, where several share the policies; absent: there is one, or nobody has it. */
  readonly operator?: string;
}

/** Why an intervention is in force, or is not. */
export type InterventionReason =
  /** It has an effect. */
  | 'InForce'
  /** Its policy does not run, or is not known yet. */
  | 'Pending'
  /** The policy does not allow it; the message says why. */
  | 'Refused'
  /** A newer one says something else about the same app. */
  | 'Outranked'
  /** Its time is over. */
  | 'Expired'
  /** What it was for is done: a definition is put back. */
  | 'Done'
  /** The policy is gone, or does not name the app any more. */
  | 'TargetGone';

export interface InterventionCondition {
  readonly type: 'InForce';
  readonly status: 'True' | 'False';
  readonly reason: InterventionReason;
  readonly message: string;
  /** RFC 3339; moves only when `status` changes. */
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

/** Times are RFC 3339. */
export interface InterventionStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly InterventionCondition[];
  /** Absent before it was in force. */
  readonly since?: string;
  /** Absent in one that an earlier version took: until somebody ends it. */
  readonly until?: string;
  /** It will never be in force again, and is removed an hour later. */
  readonly ended?: string;
}
