// schedulers/docker: what a `docker` block means: which engine, which name there, and what its instances are made from.

import type { EnvFrom } from '../../../api/policy.ts';
import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import { engineSpecOf } from '../../docker-engine/block.ts';
import type { Workload, WorkloadAuthor, WorkloadBlock } from '../../scheduler.ts';
import { checkBlock } from './check.ts';
import { dockerSchema } from './schema.ts';
import { checkTrust } from './trust.ts';

export const dockerBlock: WorkloadBlock = {
  schema: dockerSchema,
  check: checkBlock,
  trust: checkTrust,
  workload,
};

function workload(block: JsonObject, { metadata, app }: WorkloadAuthor): Workload {
  const { host, container, envFrom } = block;
  const { namespace, name: policy } = metadata;
  const name = [...(namespace === 'default' ? [] : [namespace]), policy, app].join('/');
  return {
    name,
    title: typeof host === 'string' ? `container ${name} on ${host}` : `container ${name}`,
    definition: isObject(container) ? container : {},
    envFrom: Array.isArray(envFrom) ? (envFrom as readonly EnvFrom[]) : [],
    ...defined({ cluster: engineSpecOf(block) }),
  };
}
