import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRoom } from '../../../../src/schedulers/marathon/mesos/room.ts';
import { parseAgents, parseQuota } from '../../../../src/schedulers/marathon/mesos/schema.ts';
import type { RoomNeed } from '../../../../src/schedulers/scheduler.ts';
import { observed } from '../../../support/builders.ts';

type Fields = Record<string, unknown>;

/** 4 cpus and 1000 MB, nothing used, unless said otherwise. */
function slave(over: Fields = {}): Fields {
  return {
    hostname: 'a1',
    active: true,
    attributes: {},
    reserved_resources: {},
    unreserved_resources: { cpus: 4, mem: 1000, disk: 0, gpus: 0, ports: '[31000-32000]' },
    used_resources: {},
    ...over,
  };
}

const scalar = (name: string, value: number, role?: string): Fields => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  ...(role !== undefined && { reservations: [{ type: 'DYNAMIC', role }] }),
});

interface Case {
  slaves: Fields[];
  role?: string;
  quota?: Fields;
  app?: Fields;
  on?: string[];
  since?: Record<string, number>;
  headroom?: number;
}

function room({ slaves, role = '*', quota, app = {}, on = [], since = {}, headroom = 0 }: Case): number {
  const tasks = on.map((host, i) => ({ id: `t${i}`, phase: 'running' as const, host }));
  const need: RoomNeed = {
    id: '/a',
    definition: { cpus: 1, mem: 100, ...app },
    observed: observed(on.length, { id: '/a', tasks }),
  };
  const roles = { roles: quota === undefined ? [] : [{ name: role, quota }] };
  const state = { agents: parseAgents({ slaves }, role), quota: parseQuota(roles, role) };
  return countRoom(state, [{ need, since: new Map(Object.entries(since)) }], headroom).get('/a') ?? -1;
}

describe('room in a cluster', () => {
  const three = ['a1', 'a2', 'a3'].map((hostname) => slave({ hostname }));
  const ssd = [
    slave({ attributes: { rack: 'r1', disk: 'ssd' } }),
    slave({ hostname: 'a2', attributes: { rack: 'r1' } }),
  ];
  const reserved = slave({ reserved_resources: { research: { cpus: 2, mem: 1000 } } });
  const cases: readonly (readonly [string, Case, number])[] = [
    ['counts whole instances', { slaves: [slave()] }, 4],
    ['looks at the scarcest resource', { slaves: [slave()], app: { mem: 400 } }, 2],
    ['counts agent by agent: half a machine twice is no machine', { slaves: three, app: { cpus: 2.5 } }, 3],
    ['leaves out what is used', { slaves: [slave({ used_resources: { cpus: 1.5 } })] }, 2],
    ['does not mind decimal fractions', { slaves: [slave()], app: { cpus: 0.1, mem: 1 } }, 40],
    ['takes what is offered for free', { slaves: [slave({ offered_resources: { cpus: 4 } })] }, 4],
    ['skips agents that are gone', { slaves: [slave({ active: false }), slave()] }, 4],
    ['skips agents that are put out of use', { slaves: [slave({ deactivated: true }), slave()] }, 4],
    ['skips agents that are drained', { slaves: [slave({ drain_info: { state: 'DRAINING' } })] }, 0],
    ['is none without agents', { slaves: [] }, 0],
    ['leaves alone what is reserved for others', { slaves: [reserved] }, 4],
    ['adds what is reserved for the role', { slaves: [reserved], role: 'research' }, 6],
    [
      'tells which part a use comes from',
      {
        slaves: [
          {
            ...reserved,
            used_resources_full: [scalar('cpus', 2, 'research'), scalar('cpus', 1), scalar('cpus', 9, 'x')],
          },
        ],
        role: 'research',
      },
      3,
    ],
    [
      'reads the older spelling of a reservation',
      {
        slaves: [{ ...reserved, used_resources_full: [{ ...scalar('cpus', 2), role: 'research' }] }],
        role: 'research',
      },
      4,
    ],
    [
      'keeps to the roles that the app accepts: reserved',
      { slaves: [reserved], role: 'research', app: { acceptedResourceRoles: ['research'] } },
      2,
    ],
    [
      'keeps to the roles that the app accepts: anybody’s',
      { slaves: [reserved], role: 'research', app: { acceptedResourceRoles: ['*'] } },
      4,
    ],
    [
      'draws on both kinds for one instance',
      { slaves: [reserved], role: 'research', app: { cpus: 5, mem: 1 } },
      1,
    ],
    ['stays within the quota', { slaves: three, quota: { limit: { cpus: 5 }, consumed: { cpus: 2 } } }, 3],
    ['knows no quota where there is none', { slaves: three, quota: { guarantee: { cpus: 1 } } }, 12],
    ['leaves a share of the whole alone', { slaves: three, headroom: 0.25 }, 9],
    ['leaves everything alone', { slaves: three, headroom: 1 }, 0],
    [
      'counts the headroom that is free already',
      { slaves: [slave({ used_resources: { cpus: 4 } }), slave({ hostname: 'a2' })], headroom: 0.5 },
      0,
    ],
    [
      'takes what was started since, where it was started',
      { slaves: three, since: { a1: 2 }, app: { cpus: 2 } },
      4,
    ],
    [
      'gives back what has ended since',
      { slaves: [slave({ used_resources: { cpus: 4 } })], since: { a1: -2 } },
      2,
    ],
    ['has no less than nothing', { slaves: three, since: { a1: 50 } }, 0],
    [
      'gives back to a reservation what the app takes from it',
      {
        slaves: [reserved],
        role: 'research',
        app: { acceptedResourceRoles: ['research'] },
        since: { a1: -1 },
      },
      3,
    ],
    ['adds an executor of its own', { slaves: [slave()], app: { executorResources: { cpus: 1 } } }, 2],
    ['counts one per host: UNIQUE', { slaves: three, app: { constraints: [['hostname', 'UNIQUE']] } }, 3],
    [
      'counts those that are there: UNIQUE',
      { slaves: three, app: { constraints: [['hostname', 'UNIQUE']] }, on: ['a1', 'a2'] },
      1,
    ],
    [
      'counts per value: MAX_PER',
      { slaves: ssd, app: { constraints: [['rack', 'MAX_PER', '3']] }, on: ['a2'] },
      2,
    ],
    [
      'counts one per host: fixed ports',
      { slaves: three, app: { requirePorts: true, portDefinitions: [{ port: 80 }] } },
      3,
    ],
    ['limits nothing: GROUP_BY', { slaves: three, app: { constraints: [['hostname', 'GROUP_BY']] } }, 12],
    [
      'keeps to an attribute: CLUSTER',
      { slaves: ssd, app: { constraints: [['disk', 'CLUSTER', 'ssd']] } },
      4,
    ],
    ['keeps to an attribute: IS', { slaves: ssd, app: { constraints: [['@hostname', 'IS', 'a2']] } }, 4],
    [
      'keeps to an attribute: LIKE',
      { slaves: ssd, app: { constraints: [['hostname', 'LIKE', 'a[2-9]']] } },
      4,
    ],
    ['matches the whole: LIKE', { slaves: ssd, app: { constraints: [['rack', 'LIKE', 'r']] } }, 0],
    ['keeps off an attribute: UNLIKE', { slaves: ssd, app: { constraints: [['disk', 'UNLIKE', 'ssd']] } }, 4],
    [
      'takes what only Java understands for a match',
      { slaves: ssd, app: { constraints: [['rack', 'LIKE', '(?>r1)']] } },
      8,
    ],
  ];

  it.each(cases)('%s', (_, given, expected) => {
    expect(room(given)).toBe(expected);
  });

  it('gives room to whatever costs nothing', () => {
    expect(room({ slaves: [slave()], app: { cpus: 0, mem: 0 } })).toBe(1_000_000);
  });

  it('counts each app as if the others took none of it', () => {
    const need = (id: string): RoomNeed => ({ id, definition: { cpus: 1, mem: 1 } });
    const state = { agents: parseAgents({ slaves: three }, '*'), quota: parseQuota({ roles: [] }, '*') };
    const claims = [
      { need: need('/a'), since: new Map([['a1', 2]]) },
      { need: need('/b'), since: new Map() },
    ];
    expect(Object.fromEntries(countRoom(state, claims, 0))).toEqual({ '/a': 10, '/b': 10 });
  });

  it('never has more room than the free total, and never more with more in use', () => {
    const amount = fc.integer({ min: 0, max: 64 });
    const agent = fc.record({ cpus: amount, mem: amount, usedCpus: amount, usedMem: amount });
    fc.assert(
      fc.property(
        fc.array(agent, { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        amount,
        (agents, cpus, more) => {
          const slaves = (extra: number) =>
            agents.map((a, i) =>
              slave({
                hostname: `a${i}`,
                unreserved_resources: { cpus: a.cpus, mem: a.mem },
                used_resources: { cpus: a.usedCpus + extra, mem: a.usedMem },
              }),
            );
          const free = agents.reduce((sum, a) => sum + Math.max(0, a.cpus - a.usedCpus), 0);
          const fits = room({ slaves: slaves(0), app: { cpus, mem: 1 } });
          expect(fits).toBeLessThanOrEqual(free / cpus);
          expect(room({ slaves: slaves(more), app: { cpus, mem: 1 } })).toBeLessThanOrEqual(fits);
        },
      ),
    );
  });

  it.each([[{}], [{ slaves: 'many' }], [{ slaves: [{ hostname: 'a1' }] }], [undefined]])(
    'refuses %j for a list of agents',
    (body) => {
      expect(() => parseAgents(body, '*')).toThrow(/slaves|unreserved_resources/);
    },
  );
});
