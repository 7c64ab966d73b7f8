import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeApp } from '../../../../src/emulator/definition/complete.ts';
import { nextVersion } from '../../../../src/emulator/definition/next-version.ts';
import type { Condition, Instance } from '../../../../src/emulator/marathon/instances/instance.ts';
import { victims } from '../../../../src/emulator/marathon/instances/victims.ts';

const fields = completeApp('/a', { cmd: 'sleep 60' });
const app = nextVersion({ fields }, undefined, '2024-05-01T09:00:00.000Z');
const oldestFirst = { ...app, killSelection: 'OLDEST_FIRST' as const };

function anInstance(id: string, condition: Condition, startedAtMs = 0): Instance {
  const placement = {
    agentId: 'S0',
    hostname: 'h',
    resources: { cpus: 0, mem: 0, disk: 0, gpus: 0 },
    ports: [],
  };
  const task = { id: `${id}._app.1`, placement, version: app.version, stagedAtMs: 0, startedAtMs };
  const waiting = condition === 'Scheduled';
  return {
    id,
    appId: '/a',
    runSpec: app,
    condition,
    goal: 'Running',
    incarnation: waiting ? 0 : 1,
    ...(waiting ? {} : { task }),
  };
}

const ids = (instances: readonly Instance[]): string[] => instances.map(({ id }) => id);

describe('victims', () => {
  const mixed = [
    anInstance('waiting', 'Scheduled'),
    anInstance('old', 'Running', 1),
    anInstance('young', 'Running', 2),
    anInstance('starting', 'Starting'),
    anInstance('staging', 'Staging'),
  ];

  const none = new Set<string>();

  it.each([
    [
      'staging, starting, running by youth, waiting last',
      app,
      none,
      ['staging', 'starting', 'young', 'old', 'waiting'],
    ],
    [
      'the oldest first when asked for',
      oldestFirst,
      none,
      ['staging', 'starting', 'old', 'young', 'waiting'],
    ],
    [
      'named ones before all',
      app,
      new Set(['old', 'waiting']),
      ['old', 'waiting', 'staging', 'starting', 'young'],
    ],
  ])('go: %s', (_name, definition, named, order) => {
    const chosen = victims(definition, mixed, 5, named);
    if (named.size > 0) expect(new Set(ids(chosen.slice(0, 2)))).toEqual(new Set(order.slice(0, 2)));
    else expect(ids(chosen)).toEqual(order);
    expect(ids(chosen).slice(2)).toEqual(order.slice(2));
  });

  it('are those that came last when all started at once', () => {
    const alike = ['a', 'b', 'c'].map((id) => anInstance(id, 'Running', 5));
    expect(ids(victims(app, alike, 2))).toEqual(['c', 'b']);
    expect(ids(victims(oldestFirst, alike, 2))).toEqual(['a', 'b']);
  });

  it('are never those that go already, never too many, never twice', () => {
    const condition = fc.constantFrom<Condition>('Scheduled', 'Staging', 'Starting', 'Running', 'Killing');
    const some = fc.array(fc.tuple(condition, fc.nat(3), fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(some, fc.integer({ min: -2, max: 15 }), (rows, count) => {
        const instances = rows.map(([c, at, dying], i): Instance => {
          const instance = anInstance(String(i), c, at);
          return dying ? { ...instance, goal: 'Decommissioned' } : instance;
        });
        const present = instances.filter(({ goal }) => goal === 'Running');
        const chosen = victims(app, instances, count);
        expect(new Set(ids(chosen)).size).toBe(Math.max(0, Math.min(count, present.length)));
        expect(present).toEqual(expect.arrayContaining(chosen));
      }),
    );
  });
});
