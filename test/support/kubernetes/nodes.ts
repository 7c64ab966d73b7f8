// test support: the nodes of a control plane, which run nothing and say that they do.

import type { V1Node } from '@kubernetes/client-node';

export const NODES = ['node-a', 'node-b', 'node-c'] as const;

/** Of each node: small enough to be filled by a test, large enough for a thousand small pods. */
export const NODE_SIZE = { cpu: '32', memory: '64Gi', pods: '3000' } as const;

export function nodeNamed(name: string): V1Node {
  return {
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        disk: name === 'node-a' ? 'ssd' : 'hdd',
      },
    },
    status: { allocatable: { ...NODE_SIZE }, capacity: { ...NODE_SIZE } },
  };
}
