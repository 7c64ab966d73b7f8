// app: everything that was read; the checks look at nothing else.

import type { Duration, MicroscalingPolicy } from '../../../api/policy.ts';
import type { AppObservation } from '../../../core/observation.ts';
import type { Deployment, MarathonApp, QueueItem } from '../../../schedulers/marathon/schema.ts';
import type { MetricReport } from '../read.ts';

/** Something that was asked for: had, or why it could not be had. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** What is known without Marathon. */
export interface PolicyEvidence {
  /** Those without an app on another Marathon; absent: none were given. */
  readonly policies?: readonly MicroscalingPolicy[];
  /** What their metrics say. */
  readonly metrics?: readonly MetricEvidence[];
  /** What the Docker engines of their apps say; absent: none were given. */
  readonly engines?: readonly EngineEvidence[];
  /** What the Kubernetes clusters of their apps say; absent: none were given. */
  readonly targets?: readonly TargetEvidence[];
  /** Some of the given policies cannot be read. */
  readonly policiesLack?: boolean;
}

/** What a Marathon says. Times are ms since the epoch. */
export interface MarathonEvidence {
  /** The address in use. */
  readonly url: string;
  /** How many addresses of this Marathon are known. */
  readonly urlCount: number;
  /** The address is one of a node that does not lead, and passes on what it is asked. */
  readonly passedOn?: true;
  readonly authenticated: boolean;
  readonly info: MarathonInfo;
  /** Marathon's clock now. */
  readonly nowMs: number;
  readonly clock: Read<ClockReading>;
  readonly apps: Read<readonly MarathonApp[]>;
  readonly queue: Read<readonly QueueItem[]>;
  readonly deployments: Read<readonly Deployment[]>;
  readonly writing: Read<WriteAnswer>;
  readonly events: Read<EventsReading>;
  readonly mesos: Read<MesosReading>;
}

export type Evidence = MarathonEvidence & PolicyEvidence;

/** An app that is containers, and whether its engine can run them. */
export interface EngineEvidence {
  /** For people. */
  readonly app: string;
  readonly image: string;
  readonly answer: Read<{ readonly hasImage: boolean }>;
}

/** An app whose count is set in Kubernetes, and whether that can work. */
export interface TargetEvidence {
  /** For people. */
  readonly app: string;
  /** What its instances are called; default: pods. */
  readonly unit?: string;
  readonly isMetricApp: boolean;
  readonly startupTime: Duration | undefined;
  readonly answer: Read<TargetReading>;
}

export interface TargetReading {
  /** As RBAC names them; absent where there is nothing of the kind. */
  readonly missingRights?: readonly string[];
  /** Why it cannot be looked at. */
  readonly unseen?: string;
  readonly isAbsent?: true;
  readonly seen?: Pick<
    AppObservation,
    'requested' | 'waiting' | 'waitingFor' | 'refused' | 'hasHealthChecks'
  >;
}

/** A metric as it was read, with what its policy expects of it. */
export interface MetricEvidence {
  readonly report: MetricReport;
  readonly intervalMs: number;
  readonly staleAfterMs: number;
}

export interface MarathonInfo {
  readonly version?: string;
  /** `marathon_config`; a flag that is not set is null. */
  readonly flags: Readonly<Record<string, unknown>>;
}

export interface ClockReading {
  /** Marathon's clock less ours. */
  readonly aheadMs: number;
  /** How far that may be off. */
  readonly toleranceMs: number;
}

/** How a write that cannot have an effect was answered. */
export interface WriteAnswer {
  readonly status: number;
  /** Marathon's own JSON, and not the page of something in front of it. */
  readonly fromMarathon: boolean;
  readonly words: string;
}

export interface EventsReading {
  /** Whether the event with which Marathon greets came through. */
  readonly greeted: boolean;
}

export interface MesosReading {
  readonly url: string;
  /** `--allocation_interval`; absent when the master does not say. */
  readonly allocationIntervalMs?: number;
  readonly agents: Read<AgentCounts>;
}

export interface AgentCounts {
  readonly active: number;
  readonly inactive: number;
}
