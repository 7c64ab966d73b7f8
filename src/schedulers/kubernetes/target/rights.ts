// schedulers/kubernetes/target: what the cluster lets us do to a target, asked without doing any of it.

import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { type ResourcePath, type Verb, wordsOf } from '../../../runtime/kubernetes/resource-path.ts';
import { AUTOSCALERS } from '../follow/collections.ts';
import { fieldsOf } from '../objects/read.ts';

export interface RightsQuestion {
  /** Of the object. */
  readonly path: ResourcePath;
  /** Its policy has idle instances go first. */
  readonly marksPods: boolean;
  /** Its pool's budget is the cluster. */
  readonly countsNodes: boolean;
}

interface Right {
  readonly verb: Verb;
  readonly path: ResourcePath;
}

const REVIEWS: ResourcePath = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'selfsubjectaccessreviews',
};

/**
 * Those that are missing, as RBAC names them: `patch deployments/scale.apps in namespace shop`. Throws KubeFailure when the cluster
 * cannot be asked.
 */
export async function missingRights(
  question: RightsQuestion,
  api: KubeApi,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answers = await Promise.all(
    neededFor(question).map(async (right) => ((await isGiven(right, api, signal)) ? [] : [textOf(right)])),
  );
  return answers.flat();
}

/** As the roles in deploy/kubernetes/components/scale give them. */
function neededFor({ path, marksPods, countsNodes }: RightsQuestion): readonly Right[] {
  const { namespace, name: _, ...kind } = path;
  const pods: ResourcePath = { group: '', version: 'v1', resource: 'pods' };
  // What is not installed need not be allowed.
  const autoscalers = AUTOSCALERS.filter(({ group }) => group === 'autoscaling');
  const followed = [
    { ...kind, namespace },
    { ...pods, namespace },
    ...autoscalers.map((each) => ({ ...each, namespace })),
  ];
  const nodes: ResourcePath = { group: '', version: 'v1', resource: 'nodes' };
  return [
    ...[...followed, ...(countsNodes ? [nodes, pods] : [])].flatMap((each): Right[] => [
      { verb: 'list', path: each },
      { verb: 'watch', path: each },
    ]),
    { verb: 'get', path: { ...path, subresource: 'scale' } },
    { verb: 'patch', path: { ...path, subresource: 'scale' } },
    ...(marksPods ? [{ verb: 'patch' as const, path: { ...pods, namespace } }] : []),
  ];
}

async function isGiven({ verb, path }: Right, api: KubeApi, signal: AbortSignal): Promise<boolean> {
  const { group, resource, subresource, namespace, name } = path;
  const resourceAttributes = { verb, group, resource, subresource, namespace, name };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const { status } = await api.create(REVIEWS, body, signal);
  return fieldsOf(status)['allowed'] === true;
}

function textOf({ verb, path }: Right): string {
  return `${verb} ${wordsOf(path)}`;
}
