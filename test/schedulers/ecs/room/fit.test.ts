import type { ContainerInstance } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { machinesOf, roomFor } from '../../../../src/schedulers/ecs/room/fit.ts';

const template = (over: object = {}) => ({
  footprint: { cpus: 0.25, mem: 128, disk: 0, gpus: 0 },
  ports: [],
  hostPorts: [],
  hasHealthChecks: false,
  ...over,
});

function machine(cpu: number, memory: number, over: Partial<ContainerInstance> = {}): ContainerInstance {
  const of = (units: number, mib: number) => [
    { name: 'CPU', type: 'INTEGER', integerValue: units },
    { name: 'MEMORY', type: 'INTEGER', integerValue: mib },
    { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '8080'] },
    { name: 'GPU', type: 'STRINGSET', stringSetValue: ['g1', 'g2', 'g3'] },
  ];
  return {
    status: 'ACTIVE',
    agentConnected: true,
    registeredResources: of(2_048, 4_096),
    remainingResources: of(cpu, memory),
    ...over,
  };
}

describe('room of a cluster', () => {
  it.each([
    ['no machine', [], {}, 0, 0],
    ['the scarcer resource of each', [machine(1_024, 256), machine(256, 4_096)], {}, 0, 2 + 1],
    ['no machine that drains', [machine(1_024, 1_024, { status: 'DRAINING' }), machine(256, 128)], {}, 0, 1],
    ['no machine whose agent is gone', [machine(1_024, 1_024, { agentConnected: false })], {}, 0, 0],
    [
      'one for each machine whose port is free',
      [machine(2_048, 4_096), machine(2_048, 4_096)],
      { hostPorts: [80] },
      0,
      2,
    ],
    ['none where the port is taken', [machine(2_048, 4_096)], { hostPorts: [8_080] }, 0, 0],
    [
      'as many as there are GPUs for',
      [machine(2_048, 4_096)],
      { footprint: { cpus: 0.25, mem: 128, disk: 0, gpus: 2 } },
      0,
      1,
    ],
    // 8 fit by CPU; of 2,048 units a quarter stays free.
    ['what the headroom leaves', [machine(2_048, 4_096)], {}, 0.25, 6],
    ['nothing beyond the headroom', [machine(256, 4_096)], {}, 0.25, 0],
  ] as const)('is %s', (_, machines, over, headroom, expected) => {
    expect(roomFor(template(over), machinesOf(machines), headroom)).toBe(expected);
  });
});
