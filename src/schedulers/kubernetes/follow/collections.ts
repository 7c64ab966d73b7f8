// schedulers/kubernetes/follow: the collections of a cluster that tell of workloads, each reduced to what is read in it.

import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { Followed } from '../../../runtime/kubernetes/reflector.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';
import { Facts } from '../objects/facts.ts';
import { fieldsOf } from '../objects/read.ts';
import { type Pod, podOf } from '../pods/pod.ts';
import { podRequests } from '../pods/requests.ts';
import { type Node, nodeOf } from '../room/node.ts';
import type { Placed } from '../room/room.ts';
import { type Holder, holderOf } from '../target/holders.ts';
import type { Target } from '../target/target.ts';
import { type Workload, workloadOf } from '../target/workload.ts';

/** A collection, and how to read its objects. */
export interface Collection<T> extends Followed {
  readonly facts: Facts<T>;
}

function collection<T>(kind: string, path: ResourcePath, read: (object: KubeObject) => T): Collection<T> {
  const facts = new Facts(read);
  const { group, version } = path;
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    path,
    isSame: facts.isSame,
    reduce: facts.reduce,
    facts,
  };
}

export function podsIn(namespace: string): Collection<Pod> {
  return collection('Pod', { group: '', version: 'v1', resource: 'pods', namespace }, podOf);
}

export function workloadsIn(
  { group, kind, namespace }: Pick<Target, 'group' | 'kind' | 'namespace'>,
  { version, resource }: { readonly version: string; readonly resource: string },
): Collection<Workload> {
  const path = { group, version, resource, namespace };
  return collection(kind, path, (object) => workloadOf(object, { group, kind }));
}

/** Who else scales. */
export const AUTOSCALERS = [
  {
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    resource: 'horizontalpodautoscalers',
  },
  { group: 'keda.sh', version: 'v1alpha1', kind: 'ScaledObject', resource: 'scaledobjects' },
] as const;

export function holdersIn(
  namespace: string,
  { group, version, kind, resource }: (typeof AUTOSCALERS)[number],
): Collection<Holder> {
  return collection(kind, { group, version, resource, namespace }, (object) => holderOf(kind, object));
}

export const ALL_NODES: () => Collection<Node> = () =>
  collection('Node', { group: '', version: 'v1', resource: 'nodes' }, nodeOf);

/** What the pods of a whole cluster hold of its nodes; undefined for one that holds nothing. */
export const ALL_PODS: () => Collection<Placed | undefined> = () =>
  collection('Pod', { group: '', version: 'v1', resource: 'pods' }, placedOf);

function placedOf({ spec: raw, status }: KubeObject): Placed | undefined {
  const spec = fieldsOf(raw);
  const { phase } = fieldsOf(status);
  const node = spec['nodeName'];
  if (typeof node !== 'string' || phase === 'Succeeded' || phase === 'Failed') return undefined;
  return { node, requests: podRequests(spec) };
}
