import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cluster, type Placement } from '../../../src/emulator/mesos/cluster.ts';
import { Ports } from '../../../src/emulator/mesos/ports.ts';

const total = { cpus: 2, mem: 100, disk: 10, gpus: 0 };
const need = { cpus: 1, mem: 10, disk: 0, gpus: 0, ports: [] };

function aCluster(agents = 1, slots?: number): Cluster {
  const specs = Array.from({ length: agents }, (_, i) => ({
    id: `S${i}`,
    hostname: 'h',
    total,
    ...(slots === undefined ? {} : { slots }),
  }));
  return new Cluster(specs, new Ports(() => 0.5));
}

describe('placing', () => {
  it.each([
    [{ cpus: 3 }, 'InsufficientCpus'],
    [{ mem: 101 }, 'InsufficientMemory'],
    [{ disk: 11 }, 'InsufficientDisk'],
    [{ gpus: 1 }, 'InsufficientGpus'],
    [{ cpus: 3, mem: 101 }, 'InsufficientCpus'],
    [{ ports: [31000, 31000] }, 'InsufficientPorts'],
  ])('refuses %j by %s', (more, reason) => {
    const match = aCluster().place({ ...need, ...more });
    expect(match.placement).toBeUndefined();
    expect(match.declines.map((decline) => decline.reason)).toEqual([reason]);
  });

  it('spreads tasks over the agents in turn', () => {
    const cluster = aCluster(3);
    const hosts = Array.from({ length: 4 }, () => cluster.place(need).placement?.agentId);
    expect(hosts).toEqual(['S0', 'S1', 'S2', 'S0']);
  });

  it('goes on to the next agent and says why not the one before', () => {
    const cluster = aCluster(2);
    cluster.place({ ...need, cpus: 2 });
    cluster.place(need);
    const third = cluster.place(need);
    expect(third.placement?.agentId).toBe('S1');
    expect(third.declines).toMatchObject([{ agent: { id: 'S0' }, reason: 'InsufficientCpus' }]);
    expect(cluster.place(need).declines).toHaveLength(2);
  });

  it('gives every port once', () => {
    const cluster = aCluster(1);
    const first = cluster.place({ ...need, ports: [0, 0] }).placement!;
    const second = cluster.place({ ...need, ports: [0, 31000] }).placement!;
    expect(new Set([...first.ports, ...second.ports]).size).toBe(4);
    cluster.release(second);
    expect(cluster.place({ ...need, ports: [31000] }).placement?.ports).toEqual([31000]);
  });

  it('never gives more than there is, and gets everything back', () => {
    const demand = fc.record({
      cpus: fc.constantFrom(0, 0.1, 0.3, 1),
      mem: fc.nat(60),
      disk: fc.constant(0),
      gpus: fc.constant(0),
      ports: fc.constantFrom([], [0], [0, 0]),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(demand, fc.boolean()), { maxLength: 40 }), (rows) => {
        const cluster = aCluster(2, 5);
        const held: Placement[] = [];
        for (const [wanted, giveBack] of rows) {
          const { placement } = cluster.place(wanted);
          if (placement !== undefined) held.push(placement);
          for (const agent of cluster.agents) {
            expect(agent.tasks).toBeLessThanOrEqual(5);
            expect(agent.used.cpus).toBeLessThanOrEqual(total.cpus + 1e-6);
            expect(agent.used.mem).toBeLessThanOrEqual(total.mem);
          }
          const returned = giveBack ? held.shift() : undefined;
          if (returned !== undefined) cluster.release(returned);
        }
        for (const placement of held) cluster.release(placement);
        expect(cluster.agents.map(({ used, tasks }) => ({ used, tasks }))).toEqual(
          [0, 1].map(() => ({ used: { cpus: 0, mem: 0, disk: 0, gpus: 0 }, tasks: 0 })),
        );
      }),
    );
  });
});
