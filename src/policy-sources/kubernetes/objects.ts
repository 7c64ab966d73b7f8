// policy-sources/kubernetes: our kinds, and what of an object of theirs asks for something.

import {
  API_GROUP,
  API_VERSION,
  capacityPoolKey,
  type Resource,
  type ResourceKey,
  resourceKey,
} from '../../api/policy.ts';
import type { KubeObject } from '../../runtime/kubernetes/objects.ts';
import type { Followed } from '../../runtime/kubernetes/reflector.ts';
import type { ResourcePath } from '../../runtime/kubernetes/resource-path.ts';
import type { ObjectRef } from '../source.ts';

const VERSION = API_VERSION.slice(API_GROUP.length + 1);

const PLURALS = {
  MicroscalingPolicy: 'microscalingpolicies',
  CapacityPool: 'capacitypools',
} as const satisfies Record<Resource['kind'], string>;

export const KINDS = Object.keys(PLURALS) as readonly Resource['kind'][];

export function collectionOf(kind: Resource['kind'], namespace: string | undefined): ResourcePath {
  return { group: API_GROUP, version: VERSION, resource: PLURALS[kind], namespace };
}

export function pathOf({ kind, key }: ObjectRef): ResourcePath {
  const [namespace, name] = key.split('/');
  return { ...collectionOf(kind, namespace), name };
}

/** The pool of a policy, usable or not: the CapacityPool that it names, else its own. */
export function poolOf(key: ResourceKey, policy: KubeObject | undefined): string {
  const { pool } = (policy?.spec ?? {}) as { readonly pool?: unknown };
  const [namespace = ''] = key.split('/');
  return typeof pool === 'string' ? capacityPoolKey(resourceKey({ namespace, name: pool })) : key;
}

/** Whether they ask for the same; what we write about them in `status` makes no difference. */
function asksTheSame(a: KubeObject, b: KubeObject): boolean {
  return a === b || JSON.stringify(wishOf(a)) === JSON.stringify(wishOf(b));
}

function wishOf({ metadata, spec }: KubeObject): unknown {
  const { uid, generation, deletionTimestamp, finalizers, labels, annotations } = metadata;
  return [uid, generation, deletionTimestamp, finalizers, labels, annotations, spec];
}

/** @param namespace absent: all of them */
export function followedOf(kind: Resource['kind'], namespace: string | undefined): Followed {
  return { apiVersion: API_VERSION, kind, path: collectionOf(kind, namespace), isSame: asksTheSame };
}
