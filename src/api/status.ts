// api: the status of our resources as TypeScript sees it. The JSON Schema in schema/status.ts is the source of truth.

import type { Condition } from './conditions.ts';

/** One app of a policy. */
export interface AppStatus {
  readonly name: string;
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
  /** `42/50 messages`, `unavailable`: for people. */
  readonly metric?: string;
  readonly limitedBy?: string;
  /** RFC 3339. */
  readonly lastScaled?: string;
  /** A person's count for a while; ends by itself. */
  readonly override?: {
    readonly instances: number;
    /** RFC 3339. */
    readonly until: string;
    readonly reason?: string;
  };
}

export interface PolicyStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly appCount: number;
  readonly apps: readonly AppStatus[];
  /** Absent before the first round. */
  readonly capacity?: { readonly total: number; readonly used: number };
  /** Paused by hand, whatever its `mode` says. */
  readonly paused?: {
    /** RFC 3339. */
    readonly since: string;
    /** RFC 3339; absent: until somebody resumes it. */
    readonly until?: string;
    readonly reason?: string;
  };
}

export interface PoolStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly policyCount: number;
  /** Absent before a member was looked at. */
  readonly capacity?: { readonly total: number; readonly used: number };
}
