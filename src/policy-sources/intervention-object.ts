// policy-sources: an intervention as an object of the API, as it is stored and served.

import { createHash } from 'node:crypto';
import type { Intervention, InterventionSpec, ObjectMeta } from '../api/policy.ts';
import { interventionSchema } from '../api/schema/schema.ts';
import type { InterventionStatus } from '../api/status.ts';
import { storedAs } from '../api/validation/stored.ts';
import { defined } from '../lang/defined.ts';
import type { InterventionRef, KeptIntervention } from './interventions.ts';

export interface InterventionObject extends Intervention {
  readonly metadata: ObjectMeta & {
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly generation: number;
    readonly [field: string]: unknown;
  };
  readonly status?: InterventionStatus;
}

/** In Kubernetes a name has at most so many characters. */
const LONGEST_NAME = 253;

const hasShape = storedAs<Intervention>(interventionSchema);

export function isInterventionObject(value: unknown): value is InterventionObject {
  if (!hasShape(value)) return false;
  const { uid, creationTimestamp, generation } = value.metadata as Partial<InterventionObject['metadata']>;
  return typeof uid === 'string' && typeof creationTimestamp === 'string' && typeof generation === 'number';
}

/**
 * One name for one target, so that the same said again takes the place of what was said before:
 * `shop-pause`, `shop-override-worker`.
 *
 * @param isTaken whether somebody's own intervention on something else has this name
 */
export function interventionName(
  { policyRef, type, app }: Pick<InterventionSpec, 'policyRef' | 'type' | 'app'>,
  isTaken: (name: string) => boolean = () => false,
): string {
  const words = [
    policyRef.name,
    type === 'PutBack' ? 'put-back' : type.toLowerCase(),
    ...(app === undefined ? [] : [app]),
  ];
  const name = words.join('-').toLowerCase();
  const isName = /^[a-z0-9]+((-+|\.)[a-z0-9]+)*$/.test(name) && name.length <= LONGEST_NAME;
  if (isName && !isTaken(name)) return name;
  const digest = createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 10);
  return `${policyRef.name.slice(0, 200).replace(/[^a-z0-9]+$/, '')}-${digest}`;
}

export function refOf({ metadata: { namespace, name } }: InterventionObject): InterventionRef {
  return { namespace, name };
}

export function keptOf({ metadata, spec, status }: InterventionObject): KeptIntervention {
  const { namespace, name, uid, generation, creationTimestamp } = metadata;
  const createdAtMs = Date.parse(creationTimestamp);
  return { namespace, name, uid, generation, createdAtMs, spec, ...defined({ status }) };
}
