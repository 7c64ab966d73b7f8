// schedulers/ecs: what an app's block means.

import type { ValueSource } from '../../../api/policy.ts';
import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import type { ClusterSpec, Workload, WorkloadBlock } from '../../scheduler.ts';
import { DEFAULT_CLUSTER, serviceId, serviceText } from '../target.ts';
import { checkEcs, type EcsAuth, ecsSchema } from './schema.ts';
import { checkTrust } from './trust.ts';

/** Which account and region, and how to get there. */
export interface EcsSpec extends ClusterSpec {
  readonly region?: string;
  readonly endpoint?: string;
  readonly auth?: EcsAuth;
  readonly caFile?: string;
}

function workload(block: JsonObject): Workload {
  const text = (field: string): string | undefined => {
    const value = block[field];
    return typeof value === 'string' ? value : undefined;
  };
  const name = { cluster: text('cluster') ?? DEFAULT_CLUSTER, service: text('service') ?? '' };
  const spec: EcsSpec = defined({
    region: text('region'),
    endpoint: text('endpoint'),
    auth: authOf(block['auth']),
    caFile: text('caFile'),
  });
  const elsewhere = spec.endpoint === undefined ? spec.region : new URL(spec.endpoint).host;
  return {
    ...(Object.keys(spec).length > 0 && { cluster: spec }),
    name: serviceId(name),
    title: `${serviceText(name)}${elsewhere === undefined ? '' : ` in ${elsewhere}`}`,
  };
}

function authOf(raw: unknown): EcsAuth | undefined {
  if (!isObject(raw)) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken } = raw;
  const [id, secret] = [sourceOf(accessKeyId), sourceOf(secretAccessKey)];
  if (id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...defined({ sessionToken: sourceOf(sessionToken) }) };
}

function sourceOf(raw: unknown): ValueSource | undefined {
  return isObject(raw) ? raw : undefined;
}

export const ECS_BLOCK: WorkloadBlock = { schema: ecsSchema, check: checkEcs, trust: checkTrust, workload };
