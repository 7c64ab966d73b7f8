// How a change of a definition is written: as few fields as do it, or the whole definition where fields cannot.

import { describe, expect, it } from 'vitest';
import type { AppDefinition, EnvFrom } from '../../../src/api/policy.ts';
import type { AppObservation } from '../../../src/core/observation.ts';
import { createBody, updateBody } from '../../../src/schedulers/marathon/definition/app-definition.ts';
import { diffDefinition } from '../../../src/schedulers/marathon/definition/drift.ts';
import { toObservation } from '../../../src/schedulers/marathon/observation.ts';
import { parseSingleApp } from '../../../src/schedulers/marathon/schema.ts';
import { PUBLISHED } from '../../support/marathon/published.ts';
import { fakeValues } from '../../support/values.ts';

type Json = Readonly<Record<string, unknown>>;

const ID = '/shop/web';
const OURS = { 'microscaling.io/policy': 'default/shop' };
const values = fakeValues({ KEY: 's3cr3t' });

const ECHO: Json = {
  cmd: 'work',
  cpus: 1,
  mem: 128,
  labels: {},
  env: {},
  networks: [{ mode: 'host' }],
  portDefinitions: [{ port: 10_000, name: 'default', protocol: 'tcp' }],
  requirePorts: false,
  role: 'shop',
  upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
};

function running(echo: Json, owned: boolean): AppObservation {
  const labels = { ...(echo['labels'] as Json), ...(owned && OURS) };
  const app = { id: ID, instances: 3, tasks: [], deployments: [], ...ECHO, ...echo, labels };
  return toObservation(parseSingleApp({ app }), { deployments: [] });
}

function written(definition: Json, app: AppObservation, envFrom: readonly EnvFrom[] = []) {
  const fields = diffDefinition({ definition, envFrom }, app, values);
  return updateBody({ kind: 'update', app: ID, definition, envFrom, fields, reason: '' }, app, values);
}

const ROLLS = { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } };

/** What Marathon is sent for a new app of two instances. */
function createdFrom(definition: AppDefinition): Readonly<Record<string, unknown>> {
  const of = { app: ID, instances: 2, definition, envFrom: [], owner: 'default/shop', reason: '' };
  return createBody({ kind: 'create', ...of }, values).body;
}

describe('an update of an app that we made', () => {
  it('holds the fields that differ and no count', () => {
    const { body, whole } = written({ cmd: 'work', cpus: 1, mem: 64 }, running({}, true));
    expect({ body, whole }).toEqual({ body: { mem: 64, ...ROLLS }, whole: false });
  });

  it.each<[string, Json, Json]>([
    ['a field that the policy does not name any more', { cmd: 'work' }, { user: 'root' }],
    ['a list', { cmd: 'work' }, { constraints: [['hostname', 'UNIQUE']] }],
    ['limits', { cmd: 'work' }, { resourceLimits: { mem: 256 } }],
    ['args for cmd', { args: ['a'] }, {}],
    ['cmd for args', { cmd: 'work' }, { cmd: undefined, args: ['a'] }],
    [
      'another network',
      { cmd: 'work' },
      {
        networks: [{ mode: 'container', name: 'blue' }],
        portDefinitions: undefined,
        container: { type: 'MESOS', portMappings: [] },
      },
    ],
  ])('replaces the whole definition for %s', (_, definition, echo) => {
    const { body, whole } = written(definition, running({ ...echo, labels: { stray: 'x' } }, true));
    expect(whole).toBe(true);
    expect(body).toMatchObject({ ...definition, id: ID, instances: 3, role: 'shop', labels: OURS, ...ROLLS });
    for (const field of Object.keys(echo)) {
      if (!['cmd', 'args', 'networks', 'portDefinitions'].includes(field))
        expect(body).not.toHaveProperty(field);
    }
  });

  it('keeps a variable that cannot be had here, and takes away one that nobody names', () => {
    const envFrom = [
      { name: 'KEPT', from: { fromEnv: 'NOT_HERE' }, optional: true },
      { name: 'NEW', from: { fromEnv: 'KEY' }, optional: false },
    ];
    const app = running({ env: { KEPT: 'old', STRAY: 'x' } }, true);
    expect(written({ cmd: 'work' }, app, envFrom).body).toMatchObject({
      env: { KEPT: 'old', NEW: 's3cr3t' },
    });
  });

  it('completes half an upgradeStrategy, never over the budget', () => {
    const half = { cmd: 'work', upgradeStrategy: { minimumHealthCapacity: 0.25, maximumOverCapacity: null } };
    expect(written(half, running({}, true)).body).toEqual({
      upgradeStrategy: { minimumHealthCapacity: 0.25, maximumOverCapacity: 0 },
    });
  });

  it('stops a single instance that must never be two', () => {
    const labels = { MARATHON_SINGLE_INSTANCE_APP: 'true' };
    const { body } = written({ cmd: 'work', mem: 64, labels }, running({ labels }, true));
    expect(body).toMatchObject({ upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 } });
  });
});

describe('a field that Marathon takes in an older spelling only', () => {
  it('is written in it: names of networks, lists', () => {
    const docker = { image: 'i', network: 'USER', portMappings: [{ containerPort: 52 }] };
    const networked = { container: { type: 'DOCKER', docker }, ipAddress: { networkName: 'Lab' } };
    const { body } = written(networked, running({ cmd: undefined }, true));
    expect(body).toMatchObject(networked);
    expect(body).not.toHaveProperty('networks');
    expect(written({ cmd: 'work', uris: ['a.tgz'] }, running({}, true)).body).toEqual({
      uris: ['a.tgz'],
      ...ROLLS,
    });
    expect(written({ cmd: 'work', ports: [0, 0] }, running({}, true)).body).toEqual({
      ports: [0, 0],
      ...ROLLS,
    });
  });
});

describe('an update of an adopted app', () => {
  it('holds the named fields that differ', () => {
    const { body, whole } = written({ mem: 64, cpus: 1 }, running({ user: 'root' }, false));
    expect({ body, whole }).toEqual({ body: { mem: 64 }, whole: false });
  });

  it('keeps everything that is not the policy’s where it must be replaced as a whole', () => {
    const echo = {
      user: 'root',
      env: { THEIRS: '1' },
      labels: { team: 'x' },
      resourceLimits: { mem: 256 },
      executorResources: { cpus: 0.1, mem: 32, disk: 10 },
    };
    const { body, whole } = written({ args: ['a'], env: { OURS: '2' } }, running(echo, false));
    expect(whole).toBe(true);
    expect(body).toMatchObject({
      ...echo,
      args: ['a'],
      instances: 3,
      role: 'shop',
      env: { THEIRS: '1', OURS: '2' },
      portDefinitions: [{ port: 10_000, name: 'default', protocol: 'tcp' }],
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    });
    expect(body).not.toHaveProperty('cmd');
  });

  it('keeps the ports of a bridged container whose image alone the policy names', () => {
    const mapping = { containerPort: 80, hostPort: 0, servicePort: 10_001, protocol: 'tcp', labels: {} };
    const docker = { image: 'i:1', forcePullImage: false, privileged: false, parameters: [] };
    const container = { type: 'DOCKER', docker, volumes: [], portMappings: [mapping] };
    const app = running(
      { networks: [{ mode: 'container/bridge' }], portDefinitions: undefined, container },
      false,
    );
    const image = (name: string) => ({ container: { docker: { image: name } } });
    expect(diffDefinition({ definition: image('i:1'), envFrom: [] }, app, values)).toEqual([]);
    expect(written(image('i:2'), app).body).toMatchObject({
      container: { docker: { image: 'i:2' }, portMappings: [{ containerPort: 80, servicePort: 10_001 }] },
    });
  });
});

describe('a Marathon of before 1.5', () => {
  const older = { networks: undefined, role: undefined, ports: [10_000], uris: [], ipAddress: null };

  it('is written to in the words of the policy', () => {
    const docker = { image: 'i:2', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] };
    const container = { type: 'DOCKER', docker };
    const present = { ...container, docker: { ...docker, image: 'i:1' } };
    const { body } = written({ cmd: 'work', container }, running({ ...older, container: present }, true));
    expect(body).toMatchObject({ container });
    expect(body).not.toHaveProperty('networks');
  });

  it('is not asked for fields that it does not know', () => {
    const definition = {
      cmd: 'work',
      role: 'x',
      check: { tcp: {} },
      resourceLimits: { mem: 512 },
      tty: true,
    };
    const app = running({ ...older, maxLaunchDelaySeconds: 3600 }, true);
    expect(diffDefinition({ definition, envFrom: [] }, app, values)).toEqual([]);
    expect(diffDefinition({ definition, envFrom: [] }, app, values, '1.11.0').map((d) => d.field)).toContain(
      'tty',
    );
  });
});

describe('a creation', () => {
  it('holds what Marathon reads, without null, and nothing that is only half said', () => {
    const definition = {
      cmd: 'work',
      colour: 'red',
      args: null,
      groups: [],
      version: 'x',
      container: { type: 'docker', docker: { image: 'i', network: null, size: 1 }, volumes: null },
      dependencies: ['../db'],
      upgradeStrategy: { minimumHealthCapacity: 0.5 },
    };
    expect(createdFrom(definition)).toEqual({
      id: ID,
      instances: 2,
      cmd: 'work',
      container: { type: 'DOCKER', docker: { image: 'i' } },
      dependencies: ['/db'],
      labels: OURS,
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    });
  });
});

describe('an app that is made with checks', () => {
  const made = (definition: AppDefinition): unknown =>
    createdFrom({ cmd: 'work', ...definition })['healthChecks'];

  it('names the default port from the start, so that a scale restarts nothing', () => {
    expect(made({ healthChecks: [{ protocol: 'TCP' }, { path: '/h' }] })).toEqual([
      { protocol: 'TCP', portIndex: 0 },
      { path: '/h', portIndex: 0 },
    ]);
  });

  it.each([
    ['a port', { healthChecks: [{ port: 8080 }] }],
    ['another index', { healthChecks: [{ portIndex: 1 }] }],
    ['a command', { healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }] }],
    ['an app without ports', { healthChecks: [{ protocol: 'TCP' }], portDefinitions: [] }],
  ])('leaves %s as it is', (_, definition) => {
    expect(made(definition)).toEqual(definition.healthChecks);
  });
});

describe('definitions that people have published', () => {
  it.each(PUBLISHED)('$name comes to rest against what Marathon shows of it', ({ request, echo }) => {
    for (const owned of [true, false]) {
      const app = { ...running({}, owned), definition: { ...echo, labels: owned ? OURS : {} } };
      expect(diffDefinition({ definition: request, envFrom: [] }, app, values)).toEqual([]);
    }
  });
});
