// server: what the operator sees, as objects: policies and pools of every source, with the status it reports.

import { createHash } from 'node:crypto';
import { API_GROUP, API_VERSION } from '../../../api/policy.ts';
import type { CapacityPoolView, PolicyView, RefusedView } from '../../../controller/status/view.ts';
import { type KubeObject, timestamp } from './object.ts';

/** Added by the API, never kept: what clients send back of them is passed over. */
export const SOURCE_ANNOTATION = `${API_GROUP}/source`;
export const REVISION_ANNOTATION = `${API_GROUP}/revision`;

/** Where an object came from. */
export interface Origin {
  readonly place: string;
  readonly revision: string;
}

/** An object whose home is elsewhere, without status; its resourceVersion comes with the cache. */
export function objectOfView(kind: KubeObject['kind'], view: PolicyView | CapacityPoolView): KubeObject {
  const { namespace, name, labels, generation, createdAt, source } = view;
  const object: KubeObject = {
    apiVersion: API_VERSION,
    kind,
    metadata: {
      name,
      namespace,
      uid: view.uid ?? steadyUid(kind, `${namespace}/${name}`, source),
      generation,
      creationTimestamp: timestamp(Date.parse(createdAt)),
      ...(Object.keys(labels).length > 0 && { labels }),
      annotations: view.annotations,
    },
    spec: view.spec,
  };
  return withOrigin(object, view);
}

/** Of a document that never ran only its name is known for certain, and why. */
export function refusedObject({ kind, key, source, generation, conditions }: RefusedView): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  const [seenFirst = ''] = conditions.map(({ lastTransitionTime }) => lastTransitionTime).sort();
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: {
      name,
      namespace,
      uid: steadyUid(kind, key, source),
      generation,
      creationTimestamp: timestamp(Date.parse(seenFirst)),
      annotations: {},
    },
    spec: kind === 'CapacityPool' ? {} : { apps: [] },
  };
}

export function withOrigin(object: KubeObject, { place, revision }: Origin): KubeObject {
  const { annotations } = object.metadata;
  const added = { [SOURCE_ANNOTATION]: place, [REVISION_ANNOTATION]: revision };
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...added } } };
}

/** The same after a restart: a client that remembers the object finds it again. In the form of a UUID. */
export function steadyUid(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
