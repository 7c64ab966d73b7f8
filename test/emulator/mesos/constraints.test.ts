// Where an app may run.

import { describe, expect, it } from 'vitest';
import { meets } from '../../../src/emulator/mesos/constraints.ts';
import { aWorld, type World } from '../support/world.ts';

const total = { cpus: 1, mem: 1, disk: 1, gpus: 0 };
const agent = { id: 'S', hostname: 'a', total };

describe('a constraint', () => {
  it.each([
    ['UNIQUE', undefined, ['b'], true],
    ['UNIQUE', undefined, ['a'], false],
    ['CLUSTER', undefined, [], true],
    ['CLUSTER', undefined, ['a', 'a'], true],
    ['CLUSTER', undefined, ['b'], false],
    ['CLUSTER', 'a', ['b'], true],
    ['CLUSTER', 'b', [], false],
    ['IS', 'a', [], true],
    ['IS', 'b', [], false],
    ['LIKE', '[ab]', [], true],
    ['LIKE', 'x', [], false],
    ['LIKE', '', [], false],
    ['UNLIKE', 'a|b', [], false],
    ['UNLIKE', 'x', [], true],
    ['MAX_PER', '2', ['a', 'b'], true],
    ['MAX_PER', '2', ['a', 'a'], false],
    ['GROUP_BY', undefined, ['a', 'b'], true],
    ['GROUP_BY', undefined, ['a', 'a', 'b'], false],
    ['GROUP_BY', '3', ['a', 'b'], false],
    ['GROUP_BY', '2', ['b'], true],
  ])('%s %s with instances on %j: %s', (operator, value, placed, expected) => {
    const constraint = ['hostname', operator, ...(value === undefined ? [] : [value])];
    expect(meets([constraint], agent, placed)).toBe(expected);
  });

  it('on an attribute that no agent has is met only by UNLIKE', () => {
    expect(meets([['rack', 'UNLIKE', 'x']], agent, [])).toBe(true);
    expect(meets([['rack', 'LIKE', '.*']], agent, [])).toBe(false);
  });

  it('counts beside others', () => {
    const both = [
      ['hostname', 'UNIQUE'],
      ['hostname', 'UNLIKE', 'a'],
    ];
    expect(meets(both, agent, [])).toBe(false);
  });

  it.each([
    [[]],
    [['hostname']],
    [['hostname', 'NEAR', 'x']],
    [['hostname', 'UNIQUE', 'x']],
    [['hostname', 'LIKE']],
    [['hostname', 'LIKE', '(']],
    [['hostname', 'MAX_PER']],
    [['hostname', 'MAX_PER', 'x']],
    [['hostname', 'GROUP_BY', 'x']],
    [['hostname', 'IS', '[a-z]']],
  ])('%j is none', async (constraint) => {
    const { status, body } = await aWorld().call('POST', '/v2/apps', {
      id: '/a',
      cmd: 'sleep 60',
      constraints: [constraint],
    });
    expect([status, body.details?.[0]?.path]).toEqual([422, '/constraints']);
  });
});

// All agents are the same host where only 127.0.0.1 is this machine.
describe.runIf(process.platform === 'linux')('three agents', () => {
  const hosts = async (world: World): Promise<string[]> =>
    (await world.get('/v2/apps/a/tasks')).tasks.map(({ host }: { host: string }) => host).sort();

  it('take one each of what must be alone, and the queue says why the next one waits', async () => {
    const world = aWorld({ agents: 3 });
    await world.app({ id: '/a', instances: 4, constraints: [['hostname', 'UNIQUE']] });
    expect(await hosts(world)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
    const { queue } = await world.get('/v2/queue');
    expect(queue).toMatchObject([{ app: { id: '/a' }, count: 1 }]);
    expect(queue[0].processedOffersSummary.rejectSummaryLastOffers[1]).toEqual({
      reason: 'UnfulfilledConstraint',
      declined: 3,
      processed: 3,
    });
  });

  it('take a new configuration beside the old one', async () => {
    const world = aWorld({ agents: 3 });
    const upgradeStrategy = { minimumHealthCapacity: 1, maximumOverCapacity: 1 };
    await world.app({ id: '/a', instances: 3, constraints: [['hostname', 'UNIQUE']], upgradeStrategy });
    await world.call('PUT', '/v2/apps/a', { env: { V: '2' } });
    expect(await world.get('/v2/deployments')).toEqual([]);
    expect(await hosts(world)).toHaveLength(3);
  });

  it('gather what belongs together', async () => {
    const world = aWorld({ agents: 3 });
    await world.app({ id: '/a', instances: 3, constraints: [['hostname', 'CLUSTER']] });
    expect(new Set(await hosts(world)).size).toBe(1);
  });

  it('give a freed place to who waits for it', async () => {
    const world = aWorld({ agents: 2 });
    await world.app({ id: '/a', instances: 3, constraints: [['hostname', 'MAX_PER', '1']] });
    const [first] = await hosts(world);
    await world.call('DELETE', `/v2/apps/a/tasks?host=${first}&wipe=true`);
    expect(await hosts(world)).toEqual(['127.0.0.1', '127.0.0.2']);
  });
});
