import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppObservation } from '../../../../src/core/observation.ts';
import { diffDefinition } from '../../../../src/schedulers/marathon/definition/drift.ts';
import { fakeValues } from '../../../support/values.ts';

type Fields = Record<string, unknown>;

/** What a stand-alone 1.10 reads back for `{id, cmd, instances: 1}`. */
const ECHO: Fields = {
  id: '/shop/orders',
  cmd: 'work',
  instances: 3,
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  executor: '',
  labels: { 'microscaling.io/policy': 'default/shop' },
  role: '*',
  requirePorts: false,
  backoffSeconds: 1,
  backoffFactor: 1.15,
  maxLaunchDelaySeconds: 300,
  killSelection: 'YOUNGEST_FIRST',
  upgradeStrategy: { maximumOverCapacity: 0, minimumHealthCapacity: 0 },
  unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  networks: [{ mode: 'host' }],
  portDefinitions: [{ port: 10000, name: 'default', protocol: 'tcp' }],
};

function observed(echo: Fields = {}, owner: string | undefined = 'default/shop'): AppObservation {
  return {
    id: '/shop/orders',
    requested: 3,
    running: 3,
    staging: 0,
    killing: 0,
    unreachable: 0,
    ready: 3,
    waiting: 0,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: [],
    operations: [],
    ...(owner !== undefined && { owner }),
    definition: { ...ECHO, ...echo },
  };
}

const adopted = (echo: Fields): AppObservation => {
  const { owner: _owner, ...app } = observed(echo);
  return app;
};

const diff = (definition: Fields, app = observed(), env: Record<string, string> = {}) =>
  diffDefinition({ definition: { cmd: 'work', ...definition }, envFrom: [] }, app, fakeValues(env));
const fields = (definition: Fields, app?: AppObservation): string[] =>
  diff(definition, app).map((d) => d.field);

describe('no difference', () => {
  it.each<[string, Fields, Fields]>([
    ['nothing is named', {}, {}],
    ['the count, the id and read-only fields', { id: 'x', instances: 9, version: 'v', tasksRunning: 1 }, {}],
    ['null is the same as not named', { user: null, args: null }, {}],
    ['numbers that are equal but for rounding', { cpus: 0.1 + 0.2 }, { cpus: 0.3 }],
    [
      'empty things that Marathon leaves out',
      { constraints: [], fetch: [], dependencies: [], env: {}, tty: false },
      {},
    ],
    ['port 0, whatever it became', { portDefinitions: [{ port: 0, name: 'default' }] }, {}],
    [
      'ports in the older spelling, which have no name',
      { ports: [0] },
      { portDefinitions: [{ port: 10000, protocol: 'tcp' }] },
    ],
    [
      'uris in the older spelling',
      { uris: ['http://x/a.tgz'] },
      { fetch: [{ uri: 'http://x/a.tgz', extract: true, executable: false, cache: false }] },
    ],
    [
      'part of an upgrade strategy',
      { upgradeStrategy: { minimumHealthCapacity: 0.5 } },
      { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } },
    ],
    [
      'a health check without its defaults',
      { healthChecks: [{ path: '/health' }] },
      {
        healthChecks: [
          {
            path: '/health',
            protocol: 'HTTP',
            portIndex: 0,
            gracePeriodSeconds: 300,
            intervalSeconds: 60,
            timeoutSeconds: 20,
            maxConsecutiveFailures: 3,
            delaySeconds: 15,
            ipProtocol: 'IPv4',
          },
        ],
      },
    ],
    [
      'sets in another order',
      {
        constraints: [
          ['rack', 'GROUP_BY'],
          ['hostname', 'UNIQUE', ''],
        ],
        acceptedResourceRoles: ['*', 'r'],
      },
      {
        constraints: [
          ['hostname', 'UNIQUE'],
          ['rack', 'GROUP_BY'],
        ],
        acceptedResourceRoles: ['r', '*'],
      },
    ],
    [
      'relative dependencies, which count from the root',
      { dependencies: ['db', '../queue/q', '/abs'] },
      { dependencies: ['/abs', '/queue/q', '/db'] },
    ],
    [
      'a container without its defaults, its ports chosen',
      { container: { docker: { image: 'i:1' }, portMappings: [{ containerPort: 80, hostPort: 0 }] } },
      {
        container: {
          type: 'DOCKER',
          docker: { image: 'i:1', forcePullImage: false, privileged: false, parameters: [] },
          volumes: [],
          portMappings: [
            { containerPort: 80, hostPort: 31000, servicePort: 10001, protocol: 'tcp', labels: {} },
          ],
        },
      },
    ],
    [
      'docker networking in the older spelling',
      { container: { docker: { image: 'i:1', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] } } },
      {
        networks: [{ mode: 'container/bridge' }],
        container: {
          type: 'DOCKER',
          docker: { image: 'i:1', forcePullImage: false, privileged: false, parameters: [] },
          portMappings: [{ containerPort: 80, hostPort: 0, servicePort: 10001, protocol: 'tcp' }],
        },
      },
    ],
    [
      'an unreachable strategy that is a word',
      { unreachableStrategy: 'disabled' },
      { unreachableStrategy: 'disabled' },
    ],
    ['our own label on either side', { labels: { 'microscaling.io/policy': 'other/one' } }, {}],
    [
      'labels of which only ours is extra',
      { labels: { team: 'x' } },
      { labels: { team: 'x', 'microscaling.io/policy': 'default/shop' } },
    ],
    [
      'what a newer Marathon adds inside a field',
      { networks: [{ mode: 'host' }] },
      { networks: [{ mode: 'host', labels: {} }] },
    ],
  ])('%s', (_, wanted, echo) => {
    expect(diff(wanted, observed(echo))).toEqual([]);
  });

  it('between what Marathon echoes and itself, whatever it is', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, (echo) => {
        expect(diff(echo, adopted(echo))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a difference is named as exactly as it can be', () => {
  it.each<[string, Fields, Fields, readonly string[]]>([
    ['a number', { mem: 64 }, {}, ['mem']],
    ['a string that was not there', { user: 'root' }, {}, ['user']],
    [
      'inside an object',
      { container: { docker: { image: 'i:2' } } },
      {
        container: {
          type: 'DOCKER',
          docker: { image: 'i:1', forcePullImage: false, privileged: false, parameters: [] },
        },
      },
      ['container.docker.image'],
    ],
    [
      'a default that somebody changed inside a named object',
      { container: { docker: { image: 'i:1' } } },
      {
        container: {
          type: 'DOCKER',
          docker: { image: 'i:1', forcePullImage: true, privileged: false, parameters: [] },
        },
      },
      ['container.docker.forcePullImage'],
    ],
    ['a list, as a whole', { portDefinitions: [{ port: 0 }, { port: 0 }] }, {}, ['portDefinitions']],
    ['a fixed port', { portDefinitions: [{ port: 80 }] }, {}, ['portDefinitions']],
    [
      'a health check that somebody made slower',
      { healthChecks: [{ path: '/' }] },
      {
        healthChecks: [
          {
            path: '/',
            protocol: 'HTTP',
            portIndex: 0,
            gracePeriodSeconds: 300,
            intervalSeconds: 61,
            timeoutSeconds: 20,
            maxConsecutiveFailures: 3,
            delaySeconds: 15,
          },
        ],
      },
      ['healthChecks'],
    ],
    ['an emptied list', { constraints: [] }, { constraints: [['hostname', 'UNIQUE']] }, ['constraints']],
    ['several', { cpus: 2, mem: 64, cmd: 'work' }, {}, ['cpus', 'mem']],
    ['a variable', { env: { RATE: '5', SAME: 'x' } }, { env: { RATE: '3', SAME: 'x' } }, ['env.RATE']],
    [
      'a variable that refers to a Marathon secret',
      { env: { KEY: { secret: 'a' } } },
      { env: { KEY: { secret: 'b' } } },
      ['env.KEY'],
    ],
    ['a label', { labels: { team: 'new' } }, { labels: { team: 'old' } }, ['labels.team']],
  ])('%s', (_, wanted, echo, expected) => {
    expect(fields(wanted, observed(echo))).toEqual(expected);
  });

  it('shows before and after', () => {
    expect(diff({ mem: 64, env: { RATE: '5' } })).toEqual([
      { field: 'mem', before: 128, after: 64 },
      { field: 'env.RATE', before: undefined, after: '5' },
    ]);
  });
});

describe('keys that the policy does not have', () => {
  const echo = { env: { RATE: '5', STRAY: 'who knows' }, labels: { team: 'x', stray: 'y' } };
  const wanted = { env: { RATE: '5' }, labels: { team: 'x' } };

  it('are a difference in an app of ours; a variable that may have been a secret is not shown', () => {
    expect(diff(wanted, observed(echo))).toEqual([
      { field: 'env.STRAY', before: '(secret)', after: undefined },
      { field: 'labels.stray', before: 'y', after: undefined },
    ]);
  });

  it('belong to others in an adopted app', () => {
    expect(diff(wanted, adopted(echo))).toEqual([]);
  });

  it('are a difference in an app of ours, too, where the policy does not name the map', () => {
    expect(fields({}, observed(echo))).toEqual(['env.RATE', 'env.STRAY', 'labels.team', 'labels.stray']);
    expect(fields({}, adopted(echo))).toEqual([]);
  });
});

describe('secrets', () => {
  const envFrom = [{ name: 'QUEUE_ACCESS', from: { fromEnv: 'ACCESS' }, optional: false }];
  const compare = (echo: Fields, env: Record<string, string>, definition: Fields = {}) =>
    diffDefinition({ definition: { cmd: 'work', ...definition }, envFrom }, observed(echo), fakeValues(env));

  it('are compared and never shown', () => {
    const same = { env: { QUEUE_ACCESS: 'one' } };
    expect(compare(same, { ACCESS: 'one' })).toEqual([]);
    const rotated = compare(same, { ACCESS: 'two' });
    expect(rotated).toEqual([{ field: 'env.QUEUE_ACCESS', before: '(secret)', after: '(new secret)' }]);
    expect(compare({}, { ACCESS: 'two' })).toEqual([
      { field: 'env.QUEUE_ACCESS', before: undefined, after: '(new secret)' },
    ]);
  });

  it('are left alone when they cannot be resolved here', () => {
    expect(compare({ env: { QUEUE_ACCESS: 'one' } }, {}, { env: {} })).toEqual([]);
  });

  it('win over a variable of the same name', () => {
    const echo = { env: { QUEUE_ACCESS: 'one' } };
    expect(compare(echo, { ACCESS: 'one' }, { env: { QUEUE_ACCESS: 'placeholder' } })).toEqual([]);
  });

  it.each(['STORAGE_KEY', 'API_TOKEN', 'DB_PASSWORD', 'CONNECTION_STRING', 'QUEUE_SAS'])(
    'written plainly under the name %s are not shown either',
    (name) => {
      const [change] = diff({ env: { [name]: 'new-value' } }, observed({ env: { [name]: 'old-value' } }));
      expect(change?.field).toBe(`env.${name}`);
      expect(JSON.stringify(change)).not.toMatch(/-value/);
    },
  );
});
