// controller: the one picture of the operator's state that status, `get`, `explain` and the page are drawn from.

import type { Condition } from '../../api/conditions.ts';
import type {
  CapacityPool,
  InterventionSpec,
  InterventionType,
  PolicySpec,
  ResourceKey,
} from '../../api/policy.ts';
import type { InterventionReason, ObjectiveStatus } from '../../api/status.ts';
import type { AlternativesOf } from '../../api/words/alternatives.ts';
import type { AppRole, DecisionStep, LimitedBy } from '../../core/decision.ts';
import type { PoolOwner } from '../../policy-sources/pools-to-run.ts';

/** Which of a target's fields is set. */
export type TargetKind = 'QueueLength' | 'DrainTime' | 'MessageAge' | 'PerInstance';

export interface MetricView {
  readonly type: TargetKind;
  /** The target's own, where it has one. */
  readonly targetName?: string;
  /** `queue demo-queue`, `random 1–10`: for people. */
  readonly label: string;
  readonly state: 'ok' | 'stale' | 'unavailable';
  /** What the law compares with the target (messages waiting); absent while unknown, and where it has no end. */
  readonly value?: number;
  /** How far off the value may be, two deviations; absent where it is measured and not estimated. */
  readonly valueMargin?: number;
  /** The value is known and has no end: messages wait and nothing runs that could ever work on them. */
  readonly infinite?: true;
  /** Messages that consumers hold; absent where the source does not tell them apart. */
  readonly inFlight?: number;
  /** The target in the same unit, where it has one. */
  readonly target?: number;
  /** Of a PerInstance target: how many messages there are for each instance, how far off that may be, and how many there should be. */
  readonly perInstance?: {
    readonly current?: number;
    readonly currentMargin?: number;
    readonly target: number;
  };
  readonly unit: 'messages' | 'seconds';
  /** When it was true last; absent: it was never read. */
  readonly atMs?: number;
  /** Since when it is not read, which is later where a value is old when it is read; absent while it is. */
  readonly unreadSinceMs?: number;
  readonly reason?: string;
  /** Absent where the target has none, and before anything was decided. */
  readonly objective?: ObjectiveStatus;
}

export interface TaskView {
  readonly id: string;
  readonly phase: 'waiting' | 'staging' | 'running' | 'killing' | 'unreachable';
}

export interface AppView {
  readonly name: string;
  readonly id: string;
  /** What people call the scheduler that it lives in; absent where its pool is all in the operator's own one. */
  readonly scheduler?: string;
  /** Where its cluster's own user interface shows it, below the cluster's address; absent: it has none. */
  readonly page?: string;
  /** `namespace/name` of its policy. */
  readonly policy: string;
  readonly role: AppRole;
  readonly priority?: number;
  readonly min?: number;
  readonly max?: number;
  readonly exists: boolean;
  readonly wanted: number;
  readonly granted: number;
  /** Nothing was decided: `wanted` and `granted` only repeat what is requested. */
  readonly undecided?: true;
  readonly requested: number;
  readonly running: number;
  readonly staging: number;
  readonly killing: number;
  readonly waiting: number;
  readonly ready: number;
  readonly metrics: readonly MetricView[];
  readonly limitedBy?: LimitedBy;
  /** RFC 3339. */
  readonly lastScaled?: string;
  readonly pageControl?: { readonly min: number; readonly max: number };
  readonly tasks: readonly TaskView[];
  /** Absent: it has none. `min` and `max` are those that hold now. */
  readonly schedule?: ScheduleView;
  /** A person's count for a while, in the place of the law's; ends by itself. */
  readonly override?: OverrideView;
  /** Where its definition is not what the policy says and stays so, as `drift: Report` says; absent: nowhere. */
  readonly drift?: readonly DriftView[];
  /** Newest explanation. */
  readonly summary: string;
  readonly steps: readonly DecisionStep[];
  readonly figures: Readonly<Record<string, number>>;
  /** Whose alternatives are among the figures, or why there are none; absent: of the only target, once its rates are known. */
  readonly alternativesOf?: AlternativesOf;
  /** Counters reported by the app's programs over statsd (`work`, `produced`, `consumed`), summed over its life. */
  readonly counters: Readonly<Record<string, number>>;
}

/** One field of a definition that somebody changed in the scheduler. */
export interface DriftView {
  /** Dotted path in the definition, e.g. `env.RATE`. */
  readonly field: string;
  /** What the policy says; absent: nothing. */
  readonly wanted?: unknown;
  /** What the scheduler has; absent: nothing. */
  readonly live?: unknown;
  /** The values are not shown. */
  readonly secret?: true;
}

/** What the schedules of an app do now, and next. */
export interface ScheduleView {
  readonly inForce: readonly (ScheduledBounds & { readonly untilMs: number })[];
  readonly next?: ScheduledBounds & { readonly atMs: number };
}

export interface ScheduledBounds {
  readonly cron: string;
  readonly timezone: string;
  readonly min?: number;
  readonly max?: number;
}

/** `microscaling override`: a person's count for an app, for a while. */
export interface OverrideView {
  readonly instances: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** What the person said. */
  readonly reason?: string;
  /** Who it was: the name of their token, or `page`; absent where nobody had to say. */
  readonly by?: string;
}

/** `microscaling pause`: nothing of the policy is written, whatever its own `mode` says. */
export interface PauseView extends Pick<OverrideView, 'sinceMs' | 'reason' | 'by'> {
  /** Absent in one that an earlier version took: until somebody resumes it. */
  readonly untilMs?: number;
}

/** One intervention, whether or not it has an effect now. */
export interface InterventionView {
  readonly namespace: string;
  readonly name: string;
  readonly policy: ResourceKey;
  readonly type: InterventionType;
  /** Name in the policy; absent for a Pause. */
  readonly app?: string;
  /** Of an Override. */
  readonly instances?: number;
  readonly state: InterventionReason;
  /** What it does, or why it does not. */
  readonly message: string;
  /** Where it is kept, for people. */
  readonly home: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly endedAtMs?: number;
  readonly reason?: string;
  readonly by?: string;
}

/** What a person says with a pause or an override. */
export interface InterventionDetails {
  /** It always ends by itself. */
  readonly forMs: number;
  readonly reason?: string;
  readonly by?: string;
}

/** What policies and CapacityPools have in common as objects. */
interface ObjectView {
  readonly namespace: string;
  readonly name: string;
  /** The name of its source: `directory specs/policies`. */
  readonly source: string;
  /** Identity, where its home gives it one. */
  readonly uid?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly place: string;
  readonly revision: string;
  readonly generation: number;
  readonly observedGeneration: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly conditions: readonly Condition[];
}

export interface PolicyView extends ObjectView {
  /** Paused by a person; `mode` is what the policy itself says. */
  readonly paused?: PauseView;
  readonly pool: string;
  readonly mode: PolicySpec['mode'];
  /** The defaulted spec as it runs; references only, never a secret. */
  readonly spec: PolicySpec;
  readonly apps: readonly AppView[];
}

/** A decision that changed something, for "the decisions in words, newest first". */
export interface DecisionRecord {
  readonly atMs: number;
  readonly pool: string;
  readonly app: string;
  readonly from: number;
  readonly to: number;
  readonly wanted: number;
  readonly granted: number;
  readonly summary: string;
  /** What made `to` what it is, in order. */
  readonly steps: readonly DecisionStep[];
}

export interface EventRecord {
  readonly atMs: number;
  readonly type: 'Normal' | 'Warning';
  /** PascalCase, one situation each. */
  readonly reason: string;
  /** `policy namespace/name`, `pool namespace/name`, `app /id`, or `operator`. */
  readonly object: string;
  readonly message: string;
}

export interface PoolView {
  readonly name: string;
  readonly capacity: { readonly total: number; readonly used: number; readonly unit: string };
  /** Instances that are needed and cannot run for want of room; absent while that is not known. */
  readonly shortage?: number;
  /** Time of the last finished round, ms since the epoch; absent before the first. */
  readonly lastRoundAtMs?: number;
  /** When its last round ended, ms since the epoch, where another one should have ended by now. */
  readonly overdueSinceMs?: number;
  readonly intervalMs: number;
  /** Which of several operators has it; absent: there is one, or nobody has it. */
  readonly owner?: PoolOwner;
  /** Where its apps live; absent before that was looked at. */
  readonly cluster?: ClusterView;
  /** All of them, where its apps live in several. */
  readonly clusters?: readonly ClusterView[];
  readonly policies: readonly PolicyView[];
}

/** A CapacityPool as it runs. */
export interface CapacityPoolView extends ObjectView {
  readonly spec: CapacityPool['spec'];
  readonly policyCount: number;
  /** Absent before a member was looked at. */
  readonly capacity?: { readonly total: number; readonly used: number };
  /** Which of several operators has it; absent: there is one, or nobody has it. */
  readonly owner?: PoolOwner;
}

/** A document that never ran, and why: it has no PolicyView. */
export interface RefusedView {
  readonly kind: 'MicroscalingPolicy' | 'CapacityPool';
  /** `namespace/name`. */
  readonly key: ResourceKey;
  readonly source: string;
  readonly place: string;
  /** Of the document, where its home counts them; else 0. */
  readonly generation: number;
  readonly conditions: readonly Condition[];
}

/** An app that is being collected: its policy is gone, or names it no more. */
export interface PendingCollectionView {
  readonly policy: ResourceKey;
  /** Its name in its cluster. */
  readonly app: string;
  readonly onDelete: PolicySpec['onDelete'];
  /** Why it is not done yet. */
  readonly message?: string;
}

/** One cluster that policies live in, or the operator's own. */
export interface ClusterView {
  /** What people call its scheduler, as the scheduler's own words say. */
  readonly scheduler: string;
  /** Every address that it is known by. */
  readonly urls: readonly string[];
  /** The address in use. */
  readonly url: string;
  /** Whether it could be read when that was last tried. */
  readonly reachable: boolean;
  /** Since when it says nothing, though it was asked, ms since the epoch; absent: it answers, or could not be read at all. */
  readonly silentSinceMs?: number;
  readonly message: string;
  readonly version?: string;
}

export interface OperatorView {
  readonly atMs: number;
  readonly version: string;
  readonly ready: boolean;
  /** All of `clusters` in one: reachable while each of them is. */
  readonly cluster: Pick<ClusterView, 'scheduler' | 'url' | 'reachable' | 'message'>;
  readonly clusters: readonly ClusterView[];
  readonly pools: readonly PoolView[];
  readonly capacityPools: readonly CapacityPoolView[];
  readonly refused: readonly RefusedView[];
  readonly leaving: readonly PendingCollectionView[];
  /** Those in force first, each kind newest first; one that ended stays for an hour. */
  readonly interventions: readonly InterventionView[];
  /** Newest first, bounded. */
  readonly decisions: readonly DecisionRecord[];
  /** Newest first, bounded. */
  readonly events: readonly EventRecord[];
  /** Problems of documents that are not running as written. */
  readonly problems: readonly { readonly source: string; readonly message: string }[];
  readonly stats: {
    readonly rounds: number;
    readonly decisions: number;
    readonly writes: number;
    readonly conflicts: number;
  };
}

/** What can be said of an intervention before it is in force. */
export type Ruling =
  /** `id`: of the app that it is about, for people. */
  | { readonly is: 'allowed'; readonly id?: string }
  /** Not now: the policy does not run, or is not known yet. */
  | { readonly is: 'pending'; readonly why: string }
  /** `field`: of the spec, which is at fault. */
  | { readonly is: 'refused'; readonly why: string; readonly field?: keyof InterventionSpec };

export type InterventionTarget = Pick<InterventionSpec, 'type' | 'app' | 'instances'>;

/** What people may do, through the page, the API and the command line. */
export interface OperatorActions {
  /** Whether the policy allows an intervention, as things stand. */
  ruling(policy: ResourceKey, target: InterventionTarget): Ruling;
  /**
   * Nothing of the policy is written until `resume`, at the latest until `forMs` are over. Durable and in force when it resolves;
   * again replaces. Rejects with a TerminalError for a policy that does not run.
   */
  pause(policy: ResourceKey, details: InterventionDetails): Promise<void>;
  /** Ends people's pauses; does nothing when there is none. A policy that says `mode: Paused` itself stays paused. */
  resume(policy: ResourceKey, by?: string): Promise<void>;
  /**
   * The count of a scaled app or remainder, by its name in the policy, for a while. Durable and in force when it resolves; again
   * replaces. Rejects with a TerminalError with a sentence: no such app, a fixed app, outside of min and max, too long.
   */
  override(
    policy: ResourceKey,
    app: string,
    details: InterventionDetails & { readonly instances: number },
  ): Promise<void>;
  /** Gives the app back to its law; does nothing when it has it. */
  endOverride(policy: ResourceKey, app: string, by?: string): Promise<void>;
  /**
   * Writes the definition that the policy names once, though it says `drift: Report`. Rejects with a TerminalError with a
   * sentence: no such app, nothing is written of the policy.
   */
  putBack(policy: ResourceKey, app: string, by?: string): Promise<void>;
  /**
   * Leaves the definition of an app as it runs, for a while, though the policy says `drift: Revert`. Again replaces; rejects as
   * `putBack`.
   */
  keep(policy: ResourceKey, app: string, details: InterventionDetails): Promise<void>;
  /** Goes by the policy's `drift` again; does nothing when it does. */
  endKeep(policy: ResourceKey, app: string, by?: string): Promise<void>;
  /** Scales a fixed app within its `pageControl`; throws TerminalError with a sentence when that is not allowed. */
  scale(appId: string, instances: number, signal: AbortSignal): Promise<void>;
}

/** An app that an earlier policy left behind. */
export interface OrphanView {
  /** Its name in its cluster. */
  readonly app: string;
  /** `namespace/name` of the policy that made or owned it. */
  readonly policy: string;
  /** Why it is one, in a sentence. */
  readonly why: string;
}

/** What people may do with apps that no policy names any more. All throw TerminalError for an app that is no orphan. */
export interface OrphanActions {
  list(): readonly OrphanView[];
  /** It is not ours any more and stays as it is. */
  release(app: string): void;
  /** Removes it from its cluster; refused for one that was adopted. */
  delete(app: string, signal: AbortSignal): Promise<void>;
}

/** How the server and the demo look at a running operator. */
export interface OperatorState {
  view(): OperatorView;
  /** Calls back after every change of the view; returns its own undo. */
  subscribe(onChange: () => void): () => void;
  /** What stands still in the operator itself, in a sentence; undefined while it goes on. Costs nothing. */
  standstill(): string | undefined;
  /** Absent where nobody looks for orphans. */
  readonly orphans?: OrphanActions;
  readonly actions: OperatorActions;
}
