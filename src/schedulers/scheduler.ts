// schedulers: the port. Reports what is, executes one change; never decides.

import type { AppDefinition, EnvFrom, ObjectMeta } from '../api/policy.ts';
import type { JsonObject } from '../api/schema/json-schema.ts';
import type { SchedulerBlock } from '../api/schema/scheduler-block.ts';
import type { ValueResolver } from '../api/values.ts';
import type { Change, FieldDiff } from '../core/change.ts';
import type { AppObservation, Footprint } from '../core/observation.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DocumentStore } from '../runtime/document-store.ts';
import { TerminalError, WaitError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import type { SchedulerWords } from './words.ts';
import type { WorkloadIdentity } from './workload.ts';

export type ApplyResult =
  | {
      readonly outcome: 'accepted';
      /** Name of what it set in motion, as `operations` of the app has it. */
      readonly operation: string;
      readonly version?: string;
      /** The count that is asked for now, where a scale could not go all the way. */
      readonly instances?: number;
      /** An earlier try of the same write got no answer: it may take effect once more, and late. */
      readonly mayLandAgain?: true;
    }
  | { readonly outcome: 'noop' };

/**
 * The count cannot be lowered now: what is too much only waits to be launched, and the scheduler would stop running tasks
 * in its place.
 */
export class SurplusWaits extends WaitError {}

/**
 * The target may not be steered by us, whatever is asked of it: a HorizontalPodAutoscaler holds it too, it has no count.
 * The message names who or what is in the way, and what would change that.
 */
export class TargetRefused extends TerminalError {}

/** The world at one moment. */
export interface SchedulerView {
  /** By name; only of the names asked for, absent when the workload does not exist. */
  readonly apps: ReadonlyMap<string, AppObservation>;
  /**
   * By name: workloads that could not be looked at, and why, while others could: forbidden, too many requests. Nothing is
   * known of them, so each goes on holding what it held. Absent: there are none.
   */
  readonly unseen?: ReadonlyMap<string, string>;
  /**
   * By name: workloads of a cluster that does not answer at the moment, with since when nothing was heard of it, monotonic. What is
   * known of them may still be true, and serves. Absent: whoever was asked has answered.
   */
  readonly silent?: ReadonlyMap<string, number>;
  /** When this was read, ms since the epoch. */
  readonly atMs: number;
}

/** An app for which room is counted. */
export interface RoomNeed {
  /** Its name in its cluster. */
  readonly id: string;
  /** As the scheduler has it, or as the policy says where the app does not exist. */
  readonly definition: AppDefinition;
  /** Absent when it does not exist. */
  readonly observed?: AppObservation;
}

export interface RoomQuestion {
  /** Whose resources count, where they are dealt out by role. */
  readonly role: string;
  /** Share of the role's resources to leave alone, from 0 to 1. */
  readonly headroom: number;
  readonly apps: readonly RoomNeed[];
}

export interface Scheduler {
  /**
   * Throws TransientError when the scheduler cannot be read: the caller then leaves every count alone. The
   * answer is never older than the last write made through this scheduler.
   */
  observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView>;
  /**
   * Where the wanted definition differs from what exists, after the scheduler's own defaults; only fields
   * that the policy names are compared, `instances` never. An `envFrom` value that cannot be resolved here is
   * not compared; a differing secret is reported without its values. Pure but for resolving.
   */
  diff(
    wanted: { readonly definition: AppDefinition; readonly envFrom: readonly EnvFrom[] },
    observed: AppObservation,
  ): readonly FieldDiff[];
  /** What one instance takes, with the scheduler's own defaults where the definition is silent. Pure. */
  footprint(definition: AppDefinition): Footprint;
  /** The apps that must be there before this one is made; absent: order is nothing to this scheduler. */
  dependencies?(app: string, definition: AppDefinition): readonly string[];
  /**
   * Executes one change. Throws WaitError while somebody else's deployment locks the app (the message says
   * whose), SurplusWaits while a count cannot be lowered without harm, TransientError when the scheduler is not well, TerminalError when it refuses the content.
   */
  apply(change: Change, signal: AbortSignal): Promise<ApplyResult>;
  /**
   * A hint: the app is about to be asked for so many, as soon as slots are free. What makes that quicker and runs nothing
   * may be done before. Said again every round; silence, or a number that is asked for already, calls it off. Never throws.
   */
  prepare?(app: string, instances: number): void;
  /**
   * For how many more tasks of each app than it has the cluster has room, by id; an upper bound. Throws
   * TransientError when that cannot be told now. Absent: this scheduler knows of no cluster.
   */
  room?(question: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Every app that carries our creation label, by id, with the policy in the label. Throws TransientError. */
  owned?(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Calls `onChange` when something happened that is worth a look, with the apps it is about, or without any when it
   * may be about all; a wake-up, never a fact. Resolves when aborted.
   */
  watch(onChange: (apps?: ReadonlySet<string>) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Counters of what was asked for and written, for the demo's result; whether somebody is still there is no reading. */
export interface SchedulerStats {
  readonly writes: number;
  readonly conflicts: number;
  readonly reads: number;
}

/** One exchange with the cluster, for metrics. */
export interface SchedulerCall {
  /** Key of the scheduler; absent: Marathon. */
  readonly scheduler?: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** What was asked, never of which workload: each scheduler has a short, closed list. */
  readonly endpoint: string;
  /** `conflict`: something holds the app. `refused`: any other 4xx. `error`: 5xx. `unreachable`: no answer. */
  readonly outcome: 'ok' | 'conflict' | 'refused' | 'error' | 'unreachable' | 'aborted';
  readonly durationMs: number;
}

/** Whether the cluster can be read, for people. */
export interface SchedulerInfo {
  /** The address in use; never holds a secret. */
  readonly url: string;
  /** Whether the last reading succeeded. */
  readonly reachable: boolean;
  readonly message: string;
  readonly version?: string;
}

/** A scheduler that can be asked how it is doing. */
export interface ReportingScheduler extends Scheduler {
  stats(): SchedulerStats;
  info(): SchedulerInfo;
}

/** Which cluster, as a policy says it: only the scheduler that it is for knows its other fields. Serialisable. */
export interface ClusterSpec {
  /** Its addresses, where it is named by them. */
  readonly urls?: readonly string[];
  /** Key of its scheduler, where an app named that by a block: then `cluster` is which of its clusters. */
  readonly scheduler?: string;
  readonly cluster?: ClusterSpec;
}

/** For people: the addresses of a cluster, the one in use, and its version, as far as it has told. */
export interface ClusterInfo {
  readonly urls: readonly string[];
  readonly url: string;
  readonly version?: string;
}

/**
 * A small record that a scheduler keeps for operators which run as its own apps: says of something whose it is. Of one thing the
 * record with the highest number counts.
 */
export interface Claim {
  /** What it is of. */
  readonly of: string;
  /** From 1 on. */
  readonly number: number;
  readonly facts: Readonly<Record<string, string>>;
}

export interface Claims {
  /** All there are, as they are now. Throws TransientError, also where there may be some that this operator may not see. */
  all(signal: AbortSignal): Promise<readonly Claim[]>;
  /** Of two that add the same number one alone is told true. Throws TransientError: then it may be there or not. */
  add(claim: Claim, signal: AbortSignal): Promise<boolean>;
  /** Does nothing when it is not there. Throws TransientError. */
  remove(claim: Claim, signal: AbortSignal): Promise<void>;
  /** Whether a workload that is not listed is there all the same, and this operator may not see it. Throws TransientError. */
  isHidden(workload: string, signal: AbortSignal): Promise<boolean>;
}

/** The clusters of one scheduler. Without a spec, the operator's own is meant. */
export interface SchedulerClusters {
  /** How people speak of them. */
  readonly words: SchedulerWords;
  /** The same for two specs that mean one cluster, however it is spelled. */
  idOf(spec: ClusterSpec | undefined): string;
  /** Who an app of a policy is, whichever spec of its cluster names it. */
  identityOf(spec: ClusterSpec | undefined, name: string): WorkloadIdentity;
  /** @throws TerminalError for a spec that cannot work */
  of(spec: ClusterSpec | undefined): ReportingScheduler;
  /** The operator's own, for looking at itself. */
  own(): Pick<Scheduler, 'observe'>;
  /** Of the operator's own, where operators can run as its apps and agree there. */
  claims?(): Claims;
  clusterInfo(spec: ClusterSpec | undefined): ClusterInfo;
  /** For the page: where the clusters in use are, and what went over the wire to all of them. */
  info(): { readonly url: string; readonly stats: SchedulerStats };
  close(): Promise<void>;
}

export interface ClustersDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly values: ValueResolver;
  /** Called after every exchange; must not throw. */
  readonly onCall?: (call: SchedulerCall) => void;
  /** The cluster of policies that name none. */
  readonly own: {
    readonly urls: readonly string[];
    /** Of the server that offers the machines, where that is another one; default: where the scheduler says it is. */
    readonly machinesUrl?: string;
    /** How the operator reaches its own Kubernetes, where it was told; default: in-cluster, else `~/.kube/config`. */
    readonly kubeconfig?: string;
    readonly kubeContext?: string;
  };
  /** The operator's store, for what a scheduler cannot keep itself; absent: nothing outlives the process. */
  readonly documents?: DocumentStore;
  /** Whether this process is the one of several that acts, for what a scheduler does by itself; default: it is. */
  readonly isActing?: IsActing;
  /** The operator's environment, for what clients of a scheduler find there by custom; default: nothing. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether this process is the one of several that acts.
 *
 * @param name of a workload in its cluster, for which another one may act; absent: for anything at all
 */
export type IsActing = (name?: string) => boolean;

/** What an app of a policy is to the scheduler that runs it. */
export interface Workload {
  /** Absent: the operator's own. Equal specs mean one cluster. */
  readonly cluster?: ClusterSpec;
  /** In its cluster; what `observe`, `apply` and `owned` call it. */
  readonly name: string;
  /** For people, at the beginning of a sentence or within one: `Deployment shop/workers`. */
  readonly title: string;
  /** What an instance is made from. Absent: the workload must exist, and only its count is written. */
  readonly definition?: AppDefinition;
  /** Variables of the definition, resolved when it is written. */
  readonly envFrom?: readonly EnvFrom[];
  /** Whether one that exists and that this policy did not make is taken over. Without a definition naming it is enough. */
  readonly adopt?: boolean;
}

/** Which policy asks, and by which name it calls the app. */
export interface WorkloadAuthor {
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'>;
  readonly app: string;
}

/** The block by which apps name a scheduler, and what it means. */
export interface WorkloadBlock extends Omit<SchedulerBlock, 'type'> {
  /** Of a block as its schema and its check have accepted it. Pure. */
  workload(block: JsonObject, author: WorkloadAuthor): Workload;
}

/** How a scheduler is registered. */
export interface SchedulerType {
  /** Its key in the registry is the block's. Absent: its apps are named by Marathon's fields. */
  readonly block?: WorkloadBlock;
  /** @throws TerminalError for an address of its own cluster that cannot be used */
  open(deps: ClustersDeps): SchedulerClusters;
  /** As `Scheduler.footprint`, for whoever has no cluster. */
  footprint(definition: AppDefinition): Footprint;
}
