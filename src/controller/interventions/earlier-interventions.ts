// controller: pauses and overrides as the version before stored them, as the objects that they are now. Pure.

import { API_VERSION, type InterventionSpec, type ResourceKey } from '../../api/policy.ts';
import type { JsonSchema } from '../../api/schema/json-schema.ts';
import type { InterventionStatus } from '../../api/status.ts';
import { storedAs } from '../../api/validation/stored.ts';
import { defined } from '../../lang/defined.ts';
import { type InterventionObject, interventionName } from '../../policy-sources/intervention-object.ts';

interface Pause {
  readonly kind: 'pause';
  readonly policy: ResourceKey;
  readonly sinceMs: number;
  /** Absent in one that an earlier version took: until somebody resumes it. */
  readonly untilMs?: number;
  readonly reason?: string;
  /** Who it was. */
  readonly by?: string;
}

interface Override {
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

/**
 * Undefined for what is none. It was in force, so it goes on without being checked again.
 *
 * @param isTaken whether another one of the namespace has this name: `Web` and `web` of one policy are two apps
 */
export function fromEarlier(
  key: string,
  value: unknown,
  {
    newUid,
    isTaken,
  }: { readonly newUid: () => string; readonly isTaken: (namespace: string, name: string) => boolean },
): InterventionObject | undefined {
  if (!isPause(value) && !isOverride(value)) return undefined;
  const { policy, sinceMs, untilMs, reason, by } = value;
  if (key !== (value.kind === 'pause' ? `${policy} pause` : `${policy} override ${value.app}`))
    return undefined;
  const [namespace = '', name = ''] = policy.split(/\/(.*)/s);
  const until = untilMs === undefined ? undefined : new Date(untilMs).toISOString();
  const target: Pick<InterventionSpec, 'policyRef' | 'type' | 'app' | 'instances'> =
    value.kind === 'pause'
      ? { policyRef: { name }, type: 'Pause' }
      : { policyRef: { name }, type: 'Override', app: value.app, instances: value.instances };
  const since = new Date(sinceMs).toISOString();
  const status: InterventionStatus = {
    observedGeneration: 1,
    conditions: [
      {
        type: 'InForce',
        status: 'True',
        reason: 'InForce',
        message: 'taken over from an earlier version',
        lastTransitionTime: since,
        observedGeneration: 1,
      },
    ],
    ...defined({ since, until }),
  };
  return {
    apiVersion: API_VERSION,
    kind: 'Intervention',
    metadata: {
      name: interventionName(target, (taken) => isTaken(namespace, taken)),
      namespace,
      uid: newUid(),
      creationTimestamp: `${since.slice(0, 19)}Z`,
      generation: 1,
    },
    spec: { ...target, ...defined({ until, reason, requestedBy: by }) },
    status,
  };
}
