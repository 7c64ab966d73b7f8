// api: the resource as TypeScript sees it, after parsing, defaulting and validation.
// The JSON Schema in schema.ts is the source of truth; a test holds the two together.

import type { Home } from './homes.ts';

export const API_GROUP = 'microscaling.io';
export const API_VERSION = 'microscaling.io/v1alpha1';

/** A duration as written in a policy, `^\d+(ms|s|m|h)$`. See duration.ts. */
export type Duration = string;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where a value comes from; exactly one key is set. A plain value `x` has one in `xFrom`, a secret nothing else. */
export interface ValueSource {
  readonly fromEnv?: string;
  readonly fromFile?: string;
  readonly fromSecret?: {
    readonly name: string;
    readonly key: string;
    /** Of the policy that names it; set by its source, never by who writes it. */
    readonly namespace?: string;
  };
}

export interface Resources {
  readonly cpus?: number;
  /** MB, as in Marathon. */
  readonly mem?: number;
  /** MB, as in Marathon. */
  readonly disk?: number;
  readonly gpus?: number;
}

/** Exactly one key is set. */
export interface CapacitySpec {
  readonly slots?: number;
  readonly resources?: Resources;
  readonly cluster?: { readonly role: string; readonly headroom: number };
}

/** Exactly one key is set. */
export interface MarathonAuth {
  readonly basic?: {
    readonly username?: string;
    readonly usernameFrom?: ValueSource;
    readonly password: ValueSource;
  };
  readonly token?: ValueSource;
  readonly dcosServiceAccount?: { readonly credentials: ValueSource };
}

export interface MarathonSpec {
  readonly urls?: readonly string[];
  readonly auth?: MarathonAuth;
  readonly caFile?: string;
}

/** Exactly one key is set: the metric source, whose block its own schema has accepted. */
export type MetricSpec = Readonly<Record<string, object>>;

export type AlgorithmType = 'Fluid' | 'Queue' | 'SimpleQueue';

/** A Kubernetes-style union: `type` says which of the member objects is read. */
export interface AlgorithmSpec {
  readonly type: AlgorithmType;
  readonly fluid?: {
    /** First guess of messages per second per instance. */
    readonly serviceRate?: number;
    /** Known age of the metric. */
    readonly metricDelay?: Duration;
    /** Length of a repeating pattern; turns the forecast on. */
    readonly season?: Duration;
  };
  readonly queue?: { readonly kU: number; readonly tU: number };
}

/** How much of the time a target is to be met. */
export interface ObjectiveSpec {
  /** A share of time, as people write it: `99.5%`. */
  readonly withinTarget: string;
  /** Length of the moving window that the share is of. */
  readonly per: Duration;
}

/** Exactly one of queueLength, drainTime, messageAge, perInstance is set. */
export interface TargetSpec {
  /** Unique in the app. */
  readonly name?: string;
  readonly queueLength?: number;
  readonly drainTime?: Duration;
  readonly messageAge?: Duration;
  readonly perInstance?: number;
  readonly metric: MetricSpec;
  readonly algorithm: AlgorithmSpec;
  readonly objective?: ObjectiveSpec;
  /** The most instances that this target may ask for. */
  readonly max?: number;
  /** With no instance asked for, up to this many waiting messages ask for none. */
  readonly activateAt?: number;
  /** What is set here takes the place of the same field of the behavior's. */
  readonly onMetricFailure?: Partial<MetricFailureSpec>;
}

export interface ScalingRules {
  readonly stabilizationWindowSeconds: number;
  readonly policies: readonly {
    readonly type: 'Instances' | 'Percent';
    readonly value: number;
    readonly periodSeconds: number;
  }[];
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly tolerance: number;
}

export interface MetricFailureSpec {
  readonly staleAfter: Duration;
  readonly action: 'Hold' | 'Min' | 'Max' | 'Fixed';
  readonly after: Duration;
  readonly instances?: number;
}

export interface BehaviorSpec {
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
  readonly maxStep?: number;
  readonly giveBackAfter?: Duration;
  readonly minHold: Duration;
  readonly yieldRate?: { readonly value: number; readonly periodSeconds: number };
  readonly onMetricFailure: MetricFailureSpec;
  readonly idleVictims?: IdleVictims;
  /** Whether it is found out when more instances get no more done, and then no more are asked for. */
  readonly futility: 'Detect' | 'Ignore';
  readonly startupTime?: Duration;
}

/** How an instance is asked whether it is idle: `GET path` at one of its ports, answered `idle`. */
export interface IdleVictims {
  readonly path: string;
  readonly portIndex: number;
  readonly within: Duration;
}

export interface InstancesSpec {
  readonly min?: number;
  readonly max?: number;
  /** Created with this many and then left to people; excludes min and max. */
  readonly fixed?: number;
}

/** Other bounds from each start of `cron` on, for `for`. At least one of them is given. */
export interface ScheduleSpec {
  /** Five fields, in `timezone`. */
  readonly cron: string;
  /** IANA. */
  readonly timezone: string;
  readonly for: Duration;
  readonly min?: number;
  readonly max?: number;
}

export interface EnvFrom {
  readonly name: string;
  readonly from: ValueSource;
  /** When true an unset source leaves the variable out instead of refusing the app. */
  readonly optional: boolean;
}

/** An app definition in the words of the scheduler that runs it, verbatim: unknown fields are preserved. */
export type AppDefinition = Readonly<Record<string, unknown>>;

/** One app of a policy. It is fixed (`instances.fixed`), a remainder (`remainder`) or scaled (`targets`). */
export interface AppSpec {
  readonly name: string;
  /** Absolute Marathon id, after defaulting; absent where the app names another scheduler by its block. */
  readonly id?: string;
  /** 1 is highest; absent on fixed apps only. */
  readonly priority?: number;
  readonly instances: InstancesSpec;
  readonly targets?: readonly TargetSpec[];
  readonly schedules?: readonly ScheduleSpec[];
  /** CEL over the targets' names; absent: the largest wanted count wins. */
  readonly formula?: string;
  readonly remainder?: { readonly weight: number };
  readonly pageControl?: { readonly min: number; readonly max: number };
  readonly behavior: BehaviorSpec;
  readonly manualScale: { readonly action: 'Hold' | 'Adopt' | 'Revert'; readonly holdFor: Duration };
  readonly adopt: boolean;
  readonly app?: AppDefinition;
  readonly envFrom: readonly EnvFrom[];
}

export interface PolicySpec {
  readonly mode: 'Reconcile' | 'Observe' | 'Paused';
  readonly interval: Duration;
  readonly marathon?: MarathonSpec;
  readonly capacity?: CapacitySpec;
  readonly pool?: string;
  readonly onDelete: 'Retain' | 'Delete';
  readonly drift: 'Revert' | 'Report';
  readonly apps: readonly AppSpec[];
}

export interface MicroscalingPolicy {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'MicroscalingPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: PolicySpec;
}

/** Policies that may join a pool: those that all of it is true of. */
export interface PoolMembers {
  readonly homes?: readonly Home[];
  readonly namespaces?: readonly string[];
  /** The least number that `priority` of their apps may be. */
  readonly highestPriority?: number;
}

export interface CapacityPool {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'CapacityPool';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly capacity: CapacitySpec;
    readonly marathon?: MarathonSpec;
    readonly members?: readonly PoolMembers[];
  };
}

/** Something that an operator runs by. */
export type Resource = MicroscalingPolicy | CapacityPool;

/**
 * `PutBack`: the definition that the policy names is written once, though it says `drift: Report`. `Keep`: the definition that
 * somebody changed in the scheduler is left as it is, though the policy says `drift: Revert`, and is no trouble meanwhile.
 */
export type InterventionType = 'Pause' | 'Override' | 'PutBack' | 'Keep';

/** What a person wants of a policy for a while, in the place of what it says itself. */
export interface InterventionSpec {
  /** A policy of the same namespace. */
  readonly policyRef: { readonly name: string };
  readonly type: InterventionType;
  /** Name in the policy; absent for a Pause. */
  readonly app?: string;
  /** Of an Override. */
  readonly instances?: number;
  /** From its creation, or from the last change of the spec. Excludes `until`; a PutBack needs neither. */
  readonly for?: Duration;
  /** RFC 3339. */
  readonly until?: string;
  readonly reason?: string;
  /** Who it was: the name of a token, `page`, or what the person says where nobody has to prove it. */
  readonly requestedBy?: string;
}

export interface Intervention {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Intervention';
  readonly metadata: ObjectMeta;
  readonly spec: InterventionSpec;
}

/** `namespace/name`. */
export type ResourceKey = string & { readonly __brand: 'ResourceKey' };

export function resourceKey(meta: { readonly namespace: string; readonly name: string }): ResourceKey {
  return `${meta.namespace}/${meta.name}` as ResourceKey;
}

/** The key of the pool that a CapacityPool is the budget of; a policy that joins none is a pool by its own key. */
export function capacityPoolKey(key: ResourceKey): string {
  return `pool:${key}`;
}
