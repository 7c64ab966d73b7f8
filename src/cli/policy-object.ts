// cli: the parts of the operator's answers that are printed; everything else passes through untouched.

import type { Condition } from '../api/conditions.ts';
import type { PolicySpec } from '../api/policy.ts';
import type { MetricView } from '../controller/view.ts';
import type { DecisionStep } from '../core/decision.ts';

export interface AppStatus {
  readonly name: string;
  readonly id: string;
  readonly wanted: number;
  readonly granted: number;
  readonly requested: number;
  readonly running: number;
  readonly metric?: string;
  readonly limitedBy?: string;
  readonly lastScaled?: string;
}

export interface PolicyObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp: string;
  };
  readonly spec: PolicySpec;
  readonly status: {
    readonly conditions: readonly Condition[];
    readonly apps: readonly AppStatus[];
    readonly capacity: { readonly total: number; readonly used: number };
  };
}

export interface Explanation {
  readonly policy: string;
  readonly apps: readonly {
    readonly name: string;
    readonly id: string;
    readonly role: string;
    readonly wanted: number;
    readonly granted: number;
    readonly requested: number;
    readonly running: number;
    readonly summary: string;
    readonly steps: readonly DecisionStep[];
    readonly figures: Readonly<Record<string, number>>;
    readonly metrics: readonly MetricView[];
  }[];
}

const API = '/apis/microscaling.io/v1alpha1';

/** Path of one policy, named `name` or `namespace/name`. */
export function policyPath(name: string): string {
  const [namespace, policy] = name.includes('/') ? name.split(/\/(.*)/s) : ['default', name];
  return `${API}/namespaces/${encodeURIComponent(namespace ?? '')}/microscalingpolicies/${encodeURIComponent(policy ?? '')}`;
}

export const POLICIES_PATH = `${API}/microscalingpolicies`;
