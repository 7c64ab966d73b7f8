// policy-sources/kubernetes: our objects as a cluster holds them, and which of two versions is the newer one.

import { API_GROUP, API_VERSION, type Resource } from '../../../api/policy.ts';
import type { ObjectRef } from '../../source.ts';
import type { ResourcePath } from './resource-path.ts';

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

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

/** `namespace/name` */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/**
 * Resource versions rise, and may be compared as numbers: said of every server since Kubernetes 1.35 (KEP-5504),
 * and true of those before. What is no number is another version, and taken for newer.
 */
export function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [ofA, ofB] = [a.metadata.resourceVersion ?? '', b.metadata.resourceVersion ?? ''];
  if (/^\d+$/.test(ofA) && /^\d+$/.test(ofB)) return BigInt(ofA) > BigInt(ofB);
  return ofA !== ofB;
}

/** Whether they ask for the same; what we write about them in `status` makes no difference. */
export function asksTheSame(a: KubeObject, b: KubeObject): boolean {
  return a === b || JSON.stringify(wishOf(a)) === JSON.stringify(wishOf(b));
}

function wishOf({ metadata, spec }: KubeObject): unknown {
  const { uid, generation, deletionTimestamp, finalizers, labels, annotations } = metadata;
  return [uid, generation, deletionTimestamp, finalizers, labels, annotations, spec];
}
