// What Mesos says about the pretend agents.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentsOf } from '../../../../src/emulator/mesos/agents.ts';
import { aWorld } from '../../support/world.ts';

describe('a budget in parts', () => {
  it('adds up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9000), fc.nat(50), (count, mem, slots) => {
        const agents = agentsOf({ cpus: 4, mem, slots }, count, 'c');
        expect(agents).toHaveLength(count);
        expect(new Set(agents.map(({ id }) => id)).size).toBe(count);
        expect(agents.reduce((sum, { total }) => sum + total.cpus, 0)).toBeCloseTo(4);
        expect(agents.reduce((sum, { total }) => sum + total.mem, 0)).toBe(mem);
        expect(agents.reduce((sum, agent) => sum + (agent.slots ?? 0), 0)).toBe(slots);
      }),
    );
  });
});

describe('three agents', () => {
  const world = async () => {
    const made = aWorld({ agents: 3, cpus: 6, mem: 300 });
    await made.app({ id: '/shop/api', instances: 4, cpus: 0.5, mem: 20 });
    return made;
  };

  it.each(['/slaves', '/master/slaves'])('show in %s what each has and what is used of it', async (path) => {
    const { slaves, recovered_slaves } = await (await world()).get(path);
    expect(recovered_slaves).toEqual([]);
    expect(slaves.map((agent: { id: string }) => agent.id)).toEqual([
      'cluster-S0',
      'cluster-S1',
      'cluster-S2',
    ]);
    expect(slaves[0]).toMatchObject({
      active: true,
      resources: { cpus: 2, mem: 100, gpus: 0, ports: '[31000-32000]' },
      unreserved_resources: { cpus: 2, mem: 100 },
      used_resources: { cpus: 1, mem: 40, ports: expect.stringMatching(/^\[\d+-\d+, \d+-\d+\]$/) },
      offered_resources: { cpus: 0 },
      reserved_resources: {},
      used_resources_full: [
        { name: 'cpus', type: 'SCALAR', scalar: { value: 1 }, role: '*' },
        { name: 'mem', type: 'SCALAR', scalar: { value: 40 }, role: '*' },
      ],
    });
    expect(slaves[1].used_resources).toMatchObject({ cpus: 0.5, mem: 20 });
  });

  it('show in the state with the tasks on them', async () => {
    const state = await (await world()).get('/state');
    expect(state).toMatchObject({ leader: 'master@127.0.0.1:8080', activated_slaves: 3 });
    expect(state.frameworks[0].tasks).toHaveLength(4);
    expect(state.frameworks[0].tasks[0]).toMatchObject({
      name: 'api.shop',
      slave_id: 'cluster-S0',
      state: 'TASK_RUNNING',
      resources: { cpus: 0.5, mem: 20 },
    });
  });

  it('show in the summary with counts', async () => {
    const summary = await (await world()).get('/state-summary');
    expect(summary.slaves.map((agent: Record<string, unknown>) => agent['TASK_RUNNING'])).toEqual([2, 1, 1]);
    expect(summary.frameworks).toMatchObject([{ name: 'marathon', TASK_RUNNING: 4 }]);
  });

  it.each(['/flags', '/master/flags'])('have a master that tells its flags in %s', async (path) => {
    expect(await (await world()).get(path)).toEqual({ flags: { allocation_interval: '1secs' } });
  });

  it('show in the roles what each role holds', async () => {
    const made = await world();
    await made.app({ id: '/shop/own', cpus: 1, role: 'shop' });
    const { roles } = await made.get('/roles');
    expect(roles).toMatchObject([
      { name: '*', allocated: { cpus: 2, mem: 80 }, quota: { limit: {} } },
      { name: 'shop', allocated: { cpus: 1, mem: 10 } },
    ]);
  });

  it('show in the gauges', async () => {
    expect(await (await world()).get('/metrics/snapshot')).toMatchObject({
      'master/elected': 1,
      'master/slaves_active': 3,
      'master/cpus_total': 6,
      'master/cpus_used': 2,
      'master/mem_percent': 80 / 300,
    });
  });

  it('lose only the tasks of one host to a kill on that host', async () => {
    const made = await world();
    const host = '127.0.0.1';
    const { tasks } = await made.get('/v2/apps/shop/api/tasks');
    const there = tasks.filter((task: { host: string }) => task.host === host).length;
    const { body } = await made.call('DELETE', `/v2/apps/shop/api/tasks?host=${host}`);
    expect(body.tasks).toHaveLength(there);
  });

  it('refuse what fits into all of them together and into none', async () => {
    const made = aWorld({ agents: 3, cpus: 6 });
    await made.app({ id: '/big', cpus: 3 });
    const { queue } = await made.get('/v2/queue');
    expect(queue[0].processedOffersSummary).toMatchObject({
      unusedOffersCount: 3,
      rejectSummaryLastOffers: expect.arrayContaining([
        { reason: 'InsufficientCpus', declined: 3, processed: 3 },
      ]),
    });
  });
});
