// schedulers/kubernetes: the block by which an app names what it scales in a Kubernetes cluster.

import type { JsonObject } from '../../api/schema/json-schema.ts';
import { LABEL_PATTERN, NAME_PATTERN, object, text } from '../../api/schema/shapes.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec, Workload, WorkloadAuthor, WorkloadBlock } from '../scheduler.ts';
import { fieldsOf, textOf } from './objects/read.ts';
import { DEFAULT_NAMESPACE, groupOf, targetId, targetText } from './target/target.ts';
import { checkTrust } from './trust.ts';

/** Which cluster, and how to get there. */
export interface KubernetesSpec extends ClusterSpec {
  readonly kubeconfig?: string;
  readonly context?: string;
}

const schema = object(
  'Scales what exists in a Kubernetes cluster: anything with a scale subresource. Nothing is created or edited but its count.',
  {
    scaleTargetRef: object(
      'What is scaled, as a HorizontalPodAutoscaler names it.',
      {
        apiVersion: text('Its group and version; any version of the group means the same.', {
          default: 'apps/v1',
          pattern: '^([a-z0-9.-]+/)?v[0-9a-z]+$',
          maxLength: 253,
        }),
        kind: text('Deployment, StatefulSet, ReplicaSet, or another kind with a scale.', {
          default: 'Deployment',
          pattern: '^[A-Za-z][A-Za-z0-9]*$',
          maxLength: 63,
        }),
        name: text('Its name.', { pattern: NAME_PATTERN, maxLength: 253 }),
      },
      { required: ['name'] },
    ),
    namespace: text("Its namespace; default: the policy's own.", { pattern: LABEL_PATTERN, maxLength: 63 }),
    cluster: object("Another cluster than the operator's own.", {
      kubeconfig: text("A file on the operator's machine; default: the operator's own.", { minLength: 1 }),
      context: text('A context in it; default: its current one.', { minLength: 1 }),
    }),
  },
  { required: ['scaleTargetRef'] },
);

function workload(block: JsonObject, { metadata }: WorkloadAuthor): Workload {
  const reference = fieldsOf(block['scaleTargetRef']);
  const target = {
    group: groupOf(textOf(reference['apiVersion']) ?? 'apps/v1'),
    kind: textOf(reference['kind']) ?? 'Deployment',
    namespace: textOf(block['namespace']) ?? metadata.namespace ?? DEFAULT_NAMESPACE,
    name: textOf(reference['name']) ?? '',
  };
  const { kubeconfig, context } = fieldsOf(block['cluster']);
  const spec: KubernetesSpec = defined({ kubeconfig: textOf(kubeconfig), context: textOf(context) });
  const elsewhere = spec.context ?? spec.kubeconfig;
  return {
    ...(elsewhere !== undefined && { cluster: spec }),
    name: targetId(target),
    title: `${targetText(target)}${elsewhere === undefined ? '' : ` in ${elsewhere}`}`,
  };
}

export const KUBERNETES_BLOCK: WorkloadBlock = { schema, trust: checkTrust, workload };
