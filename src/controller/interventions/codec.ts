// controller: pauses and overrides as they are stored, and their way back. Pure.

import type { ResourceKey } from '../../api/policy.ts';
import type { JsonSchema } from '../../api/schema/json-schema.ts';
import { storedAs } from '../../api/validation/stored.ts';
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

const SAID = {
  policy: { type: 'string', description: '`namespace/name` of the policy.' },
  sinceMs: { type: 'number', description: 'When it began, by the wall clock.' },
  reason: { type: 'string', description: 'What the person said.' },
  by: { type: 'string', description: 'Who it was.' },
} as const satisfies Readonly<Record<string, JsonSchema>>;
const UNTIL: JsonSchema = { type: 'number', description: 'When it ends by itself, by the wall clock.' };

const isPause = storedAs<Pause>({
  type: 'object',
  description: 'A pause of a policy.',
  required: ['kind', 'policy', 'sinceMs'],
  properties: {
    kind: { type: 'string', description: 'What it is.', enum: ['pause'] },
    ...SAID,
    untilMs: UNTIL,
  },
});

const isOverride = storedAs<Override>({
  type: 'object',
  description: "A person's count for an app, for a while.",
  required: ['kind', 'policy', 'app', 'id', 'instances', 'sinceMs', 'untilMs'],
  properties: {
    kind: { type: 'string', description: 'What it is.', enum: ['override'] },
    ...SAID,
    app: { type: 'string', description: 'Its name in the policy.' },
    id: { type: 'string', description: 'Its name in its cluster.' },
    instances: {
      type: 'integer',
      description: 'The count.',
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    },
    untilMs: UNTIL,
  },
});

/** Undefined for what this version cannot read. */
export function readIntervention(value: unknown): Intervention | undefined {
  if (isPause(value)) {
    const { kind, policy, sinceMs, untilMs, reason, by } = value;
    return { kind, policy, sinceMs, ...defined({ untilMs, reason, by }) };
  }
  if (!isOverride(value)) return undefined;
  const { kind, policy, app, id, instances, sinceMs, untilMs, reason, by } = value;
  return { kind, policy, app, id, instances, sinceMs, untilMs, ...defined({ reason, by }) };
}
