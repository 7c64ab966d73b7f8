// controller: pauses and overrides as they are stored, and their way back. Pure.

import type { ResourceKey } from '../../api/policy.ts';
import { isObject } from '../../api/schema/json-schema.ts';
import { defined } from '../../lang/defined.ts';

export interface Pause {
  readonly kind: 'pause';
  readonly policy: ResourceKey;
  readonly sinceMs: number;
  /** Absent in one that an earlier version took: until somebody resumes it. */
  readonly untilMs?: number;
  readonly reason?: string;
  /** Who it was. */
  readonly by?: string;
}

export interface Override {
  readonly kind: 'override';
  readonly policy: ResourceKey;
  /** Its name in the policy. */
  readonly app: string;
  /** Its name in its cluster, for people. */
  readonly id: string;
  readonly instances: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly reason?: string;
  readonly by?: string;
}

export type Intervention = Pause | Override;

/** Undefined for what this version cannot read. */
export function readIntervention(value: unknown): Intervention | undefined {
  if (!isObject(value)) return undefined;
  const { kind, policy, app, id, instances, sinceMs, untilMs, reason, by } = value;
  if (typeof policy !== 'string' || !isNumber(sinceMs)) return undefined;
  if (reason !== undefined && typeof reason !== 'string') return undefined;
  if (by !== undefined && typeof by !== 'string') return undefined;
  const said = { ...defined({ reason, by }) };
  const key = policy as ResourceKey;
  if (kind === 'pause' && (untilMs === undefined || isNumber(untilMs))) {
    return { kind, policy: key, sinceMs, ...defined({ untilMs }), ...said };
  }
  if (kind !== 'override' || typeof app !== 'string' || typeof id !== 'string') return undefined;
  if (!Number.isSafeInteger(instances) || !isNumber(untilMs)) return undefined;
  return { kind, policy: key, app, id, instances: Number(instances), sinceMs, untilMs, ...said };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
