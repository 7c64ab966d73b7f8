import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/emulator/api-error.ts';
import { canonicalPath, idProblems, parentOf } from '../../../src/emulator/definition/app-id.ts';
import { completeApp, readApp } from '../../../src/emulator/definition/complete.ts';

function complete(body: Record<string, unknown>) {
  return completeApp(String(body['id'] ?? '/group/app'), readApp({ cmd: 'sleep 60', ...body }), {
    roles: { defaultRole: '*', validRoles: ['*', 'group'] },
  });
}

function problems(body: Record<string, unknown>): string[] {
  try {
    complete(body);
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const details = error.extra['details'] as { path: string; errors: string[] }[];
    return details.map(({ path, errors }) => `${path}: ${errors.join()}`);
  }
}

describe('ids', () => {
  it.each([
    ['a', '/', '/a'],
    ['//a//b/', '/', '/a/b'],
    ['b', '/a', '/a/b'],
    ['../b', '/a/c', '/a/b'],
    ['./b/../c', '/a', '/a/c'],
    ['../../..', '/a', '/'],
    ['/b', '/a', '/b'],
  ])('%s in %s is %s', (path, base, canonical) => expect(canonicalPath(path, base)).toBe(canonical));

  it.each([
    ['/a/b', '/a'],
    ['/a', '/'],
    ['/', '/'],
  ])('%s lies in %s', (path, parent) => expect(parentOf(path)).toBe(parent));

  it.each(['/a', '/a1/b-c', '/a.b/c.d.e', '/restart/a'])('takes %s', (id) =>
    expect(idProblems(id)).toEqual([]),
  );

  it.each([
    ['/', /must not be empty/],
    ['/A', /must fully match regular expression/],
    ['/a_b', /must fully match/],
    ['/-a', /must fully match/],
    ['/a/b-', /must fully match/],
    ['/a/restart', /must not end with any of the following reserved keywords: restart, tasks, versions/],
    ['/a/tasks', /reserved/],
  ])('refuses %s', (id, problem) => expect(idProblems(id).join()).toMatch(problem));
});

describe('defaults', () => {
  it('leave out what is empty', () => {
    const app = complete({
      args: [],
      env: {},
      constraints: [],
      dependencies: [],
      fetch: [],
      healthChecks: [],
    });
    for (const name of ['args', 'env', 'constraints', 'dependencies', 'fetch', 'healthChecks'])
      expect(app).not.toHaveProperty(name);
  });

  it('fill in health checks', () => {
    expect(complete({ healthChecks: [{ path: '/x' }] }).healthChecks).toEqual([
      {
        protocol: 'HTTP',
        path: '/x',
        gracePeriodSeconds: 300,
        intervalSeconds: 60,
        timeoutSeconds: 20,
        delaySeconds: 15,
        portIndex: 0,
        maxConsecutiveFailures: 3,
        ipProtocol: 'IPv4',
      },
    ]);
  });

  it('bring old spellings up to date', () => {
    const app = complete({ ports: [8080, 0], uris: ['http://h/x'] });
    expect(app.portDefinitions).toEqual([
      { port: 8080, protocol: 'tcp' },
      { port: 0, protocol: 'tcp' },
    ]);
    expect(app.fetch).toEqual([{ uri: 'http://h/x', extract: true, executable: false, cache: false }]);
    expect(app).not.toHaveProperty('ports');
  });

  it('know apps without ports', () => expect(complete({ portDefinitions: [] }).portDefinitions).toEqual([]));

  it('give a container network a port mapping', () => {
    const app = complete({ networks: [{ mode: 'container/bridge' }], container: { type: 'MESOS' } });
    expect(app.container?.portMappings).toHaveLength(1);
    expect(app).not.toHaveProperty('portDefinitions');
  });

  it('keep single instances single', () => {
    const labels = { MARATHON_SINGLE_INSTANCE_APP: 'true' };
    expect(complete({ labels }).upgradeStrategy).toEqual({
      minimumHealthCapacity: 0,
      maximumOverCapacity: 0,
    });
    expect(problems({ labels, instances: 2 }).join()).toMatch(/^\/instances/);
  });

  it('resolve dependencies in the group of the app', () => {
    expect(complete({ dependencies: ['db', '../x', '/y'] }).dependencies).toEqual(['/group/db', '/x', '/y']);
  });
});

describe('meaning', () => {
  it.each([
    [{ args: ['x'] }, /^\/: AppDefinition must either contain/],
    [
      { upgradeStrategy: { maximumOverCapacity: 2 } },
      /maximumOverCapacity: got 2, expected between 0.0 and 1.0/,
    ],
    [{ portDefinitions: [{ name: 'a' }, { name: 'a' }] }, /Port names must be unique/],
    [{ portDefinitions: [{ port: 1 }, { port: 1 }] }, /Ports must be unique/],
    [{ healthChecks: [{ portIndex: 1 }] }, /^\/healthChecks\(0\): Health check port indices/],
    [{ env: { A: { secret: 'x' } } }, /^\/env\/A: Secret 'x' is not declared/],
    [{ role: 'other' }, /^\/role: got other, expected one of: \[\*, group\]/],
    [{ unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } }, /inactiveAfterSeconds/],
    [{ networks: [{ mode: 'host' }, { mode: 'container' }] }, /Host networking excludes/],
    [{ networks: [{ mode: 'container' }], portDefinitions: [{}] }, /must be empty unless host/],
    [{ container: { portMappings: [{}] } }, /must be empty for host/],
    [
      { cpus: 'much', mem: null, fetch: [{}] },
      /\/cpus: error.expected.jsnumber.*\/fetch\(0\)\/uri: error.path.missing/,
    ],
    [{ instances: 1.5 }, /\/instances: error.expected.int/],
  ])('of %j is refused', (body, problem) => expect(problems(body).join(' ')).toMatch(problem));

  it.each([
    { role: 'group' },
    { unreachableStrategy: 'disabled' },
    { env: { A: { secret: 'x' } }, secrets: { x: { source: 'y' } } },
    { constraints: [['hostname', 'UNIQUE']], taskKillGracePeriodSeconds: 5 },
  ])('of %j is accepted', (body) => expect(problems(body)).toEqual([]));
});
