// Objects of a cluster, as small as a test needs them.

import type { KubeObject } from '../../../src/runtime/kubernetes/objects.ts';

type Fields = Readonly<Record<string, unknown>>;

export function aPod({
  metadata = {},
  spec = {},
  status = {},
}: {
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly status?: Fields;
} = {}): KubeObject {
  return { metadata: { name: 'workers-1', namespace: 'shop', ...metadata }, spec, status };
}

/** On a node, ready. */
export function readyPod(over: Parameters<typeof aPod>[0] = {}): KubeObject {
  return aPod({
    metadata: over.metadata ?? {},
    spec: { nodeName: 'node-a', ...over.spec },
    status: { phase: 'Running', conditions: [condition('Ready', 'True')], ...over.status },
  });
}

export function condition(type: string, status: string, more: Fields = {}): Fields {
  return { type, status, ...more };
}

export function aNode(
  name: string,
  allocatable: Fields,
  more: { readonly labels?: Fields; readonly spec?: Fields } = {},
) {
  const { labels = {}, spec = {} } = more;
  return { metadata: { name, labels }, spec, status: { allocatable } } as KubeObject;
}

export function containers(...requests: readonly Fields[]): readonly Fields[] {
  return requests.map((each) => ({ resources: { requests: each } }));
}
