// cli: the parts of the operator's answers that are printed; everything else passes through untouched.

import type { Condition } from '../../api/conditions.ts';
import type { CapacityPool, InterventionSpec, PolicySpec } from '../../api/policy.ts';
import type { InterventionStatus, PolicyStatus, PoolStatus, ScheduleStatus } from '../../api/status.ts';
import type { AlternativesOf } from '../../api/words/alternatives.ts';
import type { DecisionRecord, MetricView } from '../../controller/status/view.ts';
import type { DecisionStep } from '../../core/decision.ts';

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Any object of the API. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMetadata;
}

export interface PolicyObject extends ApiObject {
  readonly spec: PolicySpec;
  /** Absent until the operator has looked at it. */
  readonly status?: Partial<PolicyStatus>;
}

export interface PoolObject extends ApiObject {
  readonly spec: CapacityPool['spec'];
  readonly status?: Partial<PoolStatus>;
}

export interface InterventionItem extends ApiObject {
  readonly spec: InterventionSpec;
  readonly status?: Partial<InterventionStatus>;
}

export interface ListObject<T> {
  readonly metadata: { readonly resourceVersion?: string };
  readonly items: readonly T[];
}

/** A `v1` Event. */
export interface EventObject extends ApiObject {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly fieldPath?: string;
  };
  readonly lastTimestamp: string;
  readonly count?: number;
}

export interface Explanation {
  readonly policy: string;
  readonly apps: readonly {
    readonly name: string;
    readonly id: string;
    readonly role: string;
    /** Where its pool spans several. */
    readonly scheduler?: string;
    /** Absent before the first decision, as `granted` is. */
    readonly wanted?: number;
    readonly granted?: number;
    readonly requested: number;
    readonly running: number;
    readonly schedule?: ScheduleStatus;
    readonly summary: string;
    readonly steps: readonly DecisionStep[];
    readonly figures: Readonly<Record<string, number>>;
    readonly alternativesOf?: AlternativesOf;
    readonly metrics: readonly MetricView[];
  }[];
  /** Newest first. */
  readonly decisions?: readonly DecisionRecord[];
}

export function conditionOf(
  object: { readonly status?: { readonly conditions?: readonly Condition[] } },
  type: Condition['type'],
): Condition | undefined {
  return object.status?.conditions?.find((c) => c.type === type);
}

/** Where it is from and at which revision, as the operator writes it. */
export function originOf({ annotations = {} }: ObjectMetadata): {
  readonly source: string;
  readonly revision: string;
} {
  return {
    source: annotations['microscaling.io/source'] ?? '',
    revision: annotations['microscaling.io/revision'] ?? '',
  };
}
