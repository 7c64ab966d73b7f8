// What a pod asks of its node, as the scheduler counts it.

import { describe, expect, it } from 'vitest';
import { footprintOfRequests, podRequests } from '../../../../src/schedulers/kubernetes/pods/requests.ts';
import { containers } from '../builders.ts';

const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const sidecar = (amount: string) => ({ ...cpu(amount), restartPolicy: 'Always' });

describe('the requests of a pod', () => {
  it.each([
    ['the sum of its containers', { containers: containers({ cpu: '100m' }, { cpu: '1' }) }, 1_100],
    [
      'its largest init container, if that is more',
      { containers: [cpu('100m')], initContainers: [cpu('2'), cpu('1')] },
      2_000,
    ],
    ['its sidecars as well', { containers: [cpu('100m')], initContainers: [sidecar('200m')] }, 300],
    [
      'an init container with the sidecars before it',
      { containers: [cpu('100m')], initContainers: [sidecar('200m'), cpu('1')] },
      1_200,
    ],
    [
      'an init container without the sidecars after it',
      { containers: [cpu('100m')], initContainers: [cpu('1'), sidecar('200m')] },
      1_000,
    ],
    ['its overhead on top', { containers: [cpu('100m')], overhead: { cpu: '50m' } }, 150],
    ['limits where requests are missing', { containers: [{ resources: { limits: { cpu: '2' } } }] }, 2_000],
    [
      'requests where both are there',
      { containers: [{ resources: { limits: { cpu: '2' }, requests: { cpu: '1' } } }] },
      1_000,
    ],
    [
      'what it asks for as a whole',
      { containers: [cpu('100m')], resources: { requests: { cpu: '3' } }, overhead: { cpu: '1' } },
      4_000,
    ],
    ['nothing for what cannot be read', { containers: [cpu('much'), null] }, 0],
  ])('are %s', (_, spec, expected) => {
    expect(podRequests(spec).get('cpu') ?? 0).toBe(expected);
  });

  it('make a footprint in the units of every scheduler', () => {
    const spec = {
      containers: containers({
        cpu: '250m',
        memory: '64Mi',
        'ephemeral-storage': '1Gi',
        'nvidia.com/gpu': '2',
      }),
    };
    expect(footprintOfRequests(podRequests(spec))).toEqual({ cpus: 0.25, mem: 64, disk: 1_024, gpus: 2 });
  });
});
