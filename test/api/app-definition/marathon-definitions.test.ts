// What Marathon 1.11 refuses and accepts in an app definition, a row a rule: [what, definition, places that are refused].

import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../src/app/policies/schema.ts';

type Definition = Record<string, unknown>;

function problems(app: Definition, beside: Definition = {}) {
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 9 }, apps: [{ name: 'a', priority: 1, remainder: {}, app, ...beside }] },
  };
  return loadPolicies(JSON.stringify(policy), 'f.json').problems;
}

const refused = (app: Definition, beside?: Definition): string[] =>
  problems(app, beside)
    .filter((p) => p.severity === 'error')
    .map((p) => p.pointer.replace('/spec/apps/0/app', ''));

const warned = (app: Definition): string[] =>
  problems(app)
    .filter((p) => p.severity === 'warning')
    .map((p) => p.message.replace('spec.apps[0].', ''));

const cmd = 'sleep 9';
const docker = { image: 'i:1' };
const BRIDGED = { networks: [{ mode: 'container/bridge' }] };
const persistent = (more: Definition = {}) => ({
  containerPath: 'data',
  mode: 'RW',
  persistent: { size: 9 },
  ...more,
});
const external = (more: Definition = {}) => ({
  containerPath: '/e',
  mode: 'RW',
  external: { name: 'v', provider: 'dvdi', options: { 'dvdi/driver': 'd' }, ...more },
});
const mesos = (...volumes: unknown[]) => ({ cmd, container: { type: 'MESOS', volumes } });

describe('refused', () => {
  it.each<[string, Definition, string[]]>([
    ['a fraction of a second', { cmd, backoffSeconds: 0.5 }, ['/backoffSeconds']],
    ['an integer of 33 bits', { cmd, taskKillGracePeriodSeconds: 2 ** 31 }, ['/taskKillGracePeriodSeconds']],
    ['a factor below 1', { cmd, backoffFactor: 0.99 }, ['/backoffFactor']],
    [
      'a share above 1',
      { cmd, upgradeStrategy: { maximumOverCapacity: 2 } },
      ['/upgradeStrategy/maximumOverCapacity'],
    ],
    ['an unknown word', { cmd, killSelection: 'RANDOM' }, ['/killSelection']],
    ['text for a list', { cmd, constraints: 'hostname:UNIQUE' }, ['/constraints']],
    ['text for a flag', { cmd, requirePorts: 'true' }, ['/requirePorts']],
    ['an image that is missing', { container: { docker: {} } }, ['/container/docker']],
    ['an image that is null', { container: { docker: { image: null } } }, ['/container/docker']],
    ['Docker without an image', { cmd, container: {} }, ['/container']],
    ['a container that is text', { cmd, container: 'x' }, ['/container']],
    ['a MESOS container alone', { container: { type: 'MESOS' } }, ['']],
    [
      'parameters of a MESOS container',
      { container: { type: 'MESOS', docker: { ...docker, parameters: [{ key: 'a', value: 'b' }] } } },
      ['/container/docker/parameters'],
    ],
    [
      'older networking of a MESOS container',
      { container: { type: 'MESOS', docker: { ...docker, network: 'HOST' } } },
      ['/container/docker/network'],
    ],
    [
      'a credential',
      { container: { docker: { ...docker, credential: { principal: 'x' } } } },
      ['/container/docker/credential'],
    ],
    [
      'the network NONE',
      { container: { docker: { ...docker, network: 'NONE' } } },
      ['/container/docker/network'],
    ],
    [
      'both kinds of mappings',
      { container: { docker: { ...docker, network: 'BRIDGE', portMappings: [{}] }, portMappings: [{}] } },
      ['/container/docker/portMappings'],
    ],
    ['two kinds of networks', { cmd, networks: [{ mode: 'host' }, { name: 'blue' }] }, ['/networks']],
    ['a host network with a name', { cmd, networks: [{ mode: 'host', name: 'blue' }] }, ['/networks']],
    ['one network twice', { cmd, networks: [{ name: 'blue' }, { name: 'blue' }] }, ['/networks']],
    [
      'two networks for Docker',
      { container: { docker }, networks: [{ name: 'a' }, { name: 'b' }] },
      ['/networks'],
    ],
    [
      'ipAddress and networks',
      { cmd, ipAddress: { networkName: 'b' }, networks: [{ name: 'b' }] },
      ['/ipAddress'],
    ],
    [
      'a mapping of an unknown network',
      { container: { docker, portMappings: [{ networkNames: ['x'] }] }, ...BRIDGED },
      ['/container/portMappings/0/networkNames'],
    ],
    [
      'one port name twice',
      { container: { docker, portMappings: [{ name: 'a' }, { name: 'a' }] }, ...BRIDGED },
      ['/container/portMappings'],
    ],
    ['a port over 65535', { cmd, portDefinitions: [{ port: 65_536 }] }, ['/portDefinitions/0/port']],
    [
      'one port twice',
      { cmd, portDefinitions: [{ port: 80 }, { port: 80, protocol: 'udp' }] },
      ['/portDefinitions'],
    ],
    ['one of ports twice', { cmd, ports: [80, 80] }, ['/ports']],
    ['ports beside other portDefinitions', { cmd, ports: [80], portDefinitions: [{ port: 81 }] }, ['/ports']],
    ['uris beside fetch', { cmd, uris: ['http://x/a'], fetch: [{ uri: 'http://x/a' }] }, ['/uris']],
    ['a URI with a blank', { cmd, fetch: [{ uri: 'http://x/a b' }] }, ['/fetch/0/uri']],
    ['a label that is forgotten', { cmd, labels: { team: null } }, ['/labels/team']],
    ['a secret that is not declared', { cmd, env: { KEY: { secret: 's' } } }, ['/env/KEY/secret']],
    [
      'a secret volume that is not declared',
      mesos({ containerPath: '/s', secret: 's' }),
      ['/container/volumes/0/secret'],
    ],
    ['a constraint of one element', { cmd, constraints: [['hostname']] }, ['/constraints/0']],
    ['an operator in lower case', { cmd, constraints: [['hostname', 'unique']] }, ['/constraints/0']],
    ['a value for UNIQUE', { cmd, constraints: [['hostname', 'UNIQUE', 'a']] }, ['/constraints/0']],
    ['MAX_PER without a number', { cmd, constraints: [['rack', 'MAX_PER', 'x']] }, ['/constraints/0']],
    ['a pattern that is none', { cmd, constraints: [['rack', 'LIKE', '*']] }, ['/constraints/0']],
    ['a check of a port that is not there', { cmd, healthChecks: [{ portIndex: 5 }] }, ['/healthChecks/0']],
    ['a check without any port', { cmd, portDefinitions: [], healthChecks: [{}] }, ['/healthChecks/0']],
    ['a check of one of two older ports', { cmd, ports: [0, 0], healthChecks: [{}] }, ['/healthChecks/0']],
    ['COMMAND without a command', { cmd, healthChecks: [{ protocol: 'COMMAND' }] }, ['/healthChecks/0']],
    [
      'a command with a path',
      { cmd, healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' }, path: '/h' }] },
      ['/healthChecks/0/path'],
    ],
    ['IPv6 for HTTP', { cmd, healthChecks: [{ ipProtocol: 'IPv6' }] }, ['/healthChecks/0/ipProtocol']],
    [
      'two MESOS checks',
      { cmd, healthChecks: [{ protocol: 'MESOS_TCP' }, { protocol: 'MESOS_HTTP' }] },
      ['/healthChecks'],
    ],
    ['a general check of two kinds', { cmd, check: { http: {}, tcp: {} } }, ['/check']],
    ['a general check over HTTPS', { cmd, check: { http: { scheme: 'HTTPS' } } }, ['/check/http/scheme']],
    [
      'readiness of an unknown port',
      { cmd, readinessChecks: [{ portName: 'x' }] },
      ['/readinessChecks/0/portName'],
    ],
    [
      'a readiness timeout over its interval',
      {
        cmd,
        portDefinitions: [{ name: 'x' }],
        readinessChecks: [{ portName: 'x', intervalSeconds: 5, timeoutSeconds: 5 }],
      },
      ['/readinessChecks/0/timeoutSeconds'],
    ],
    [
      'inactive after being expunged',
      { cmd, unreachableStrategy: { inactiveAfterSeconds: 9 } },
      ['/unreachableStrategy/inactiveAfterSeconds'],
    ],
    ['a limit below the need', { cmd, cpus: 1, resourceLimits: { cpus: 0.5 } }, ['/resourceLimits/cpus']],
    ['no accepted role', { cmd, acceptedResourceRoles: [] }, ['/acceptedResourceRoles']],
    ['a role of another app', { cmd, role: 'a', acceptedResourceRoles: ['b'] }, ['/acceptedResourceRoles']],
    ['a role that is none', { cmd, role: '-a' }, ['/role']],
    ['a dependency on itself', { cmd, dependencies: ['/shop/a'] }, ['/dependencies/0']],
    ['a dependency on its group', { cmd, dependencies: ['shop'] }, ['/dependencies/0']],
    ['GPUs for Docker', { container: { docker }, gpus: 1 }, ['/gpus']],
    [
      'an absolute persistent path',
      mesos(persistent({ containerPath: '/data' })),
      ['/container/volumes/0/containerPath'],
    ],
    [
      'a persistent volume of no size',
      mesos(persistent({ persistent: { size: 0 } })),
      ['/container/volumes/0/persistent/size'],
    ],
    [
      'a persistent volume without its mode',
      mesos({ containerPath: 'd', persistent: { size: 1 } }),
      ['/container/volumes/0'],
    ],
    [
      'over capacity with a persistent volume',
      { ...mesos(persistent()), upgradeStrategy: { maximumOverCapacity: 1 } },
      ['/upgradeStrategy/maximumOverCapacity'],
    ],
    ['a driver that is missing', mesos(external({ options: {} })), ['/container/volumes/0/external/options']],
    [
      'an unknown provider',
      mesos(external({ provider: 'zork', options: {} })),
      ['/container/volumes/0/external/provider'],
    ],
    ['a version that is no time', { cmd, version: 'nope' }, ['/version']],
    [
      'seccomp of neither kind',
      { cmd, container: { type: 'MESOS', linuxInfo: { seccomp: {} } } },
      ['/container/linuxInfo/seccomp'],
    ],
  ])('%s', (_, app, places) => {
    expect(refused(app)).toEqual(places);
  });

  it('two instances of what holds an external volume', () => {
    expect(refused(mesos(external()), { instances: { min: 2 } })).toEqual(['/container/volumes/0/external']);
  });
});

describe('accepted', () => {
  it.each<[string, Definition]>([
    [
      'null at any depth',
      {
        cmd,
        args: null,
        container: { docker: { ...docker, network: null, portMappings: null }, volumes: null },
      },
    ],
    ['words in another case', { container: { type: 'docker', docker }, networks: [{ mode: 'HOST' }] }],
    ['no mode, which is container', { cmd, networks: [{ mode: null, name: 'blue' }] }],
    ['half an upgrade strategy', { cmd, upgradeStrategy: { minimumHealthCapacity: 0.5 } }],
    ['ports beside the same portDefinitions', { cmd, ports: [0], portDefinitions: [{ port: 0, name: 'x' }] }],
    ['a fixed port above 65535 in ports', { cmd, ports: [65_536] }],
    [
      'mappings on the host, which are dropped',
      { container: { docker, portMappings: [{ containerPort: 80 }] } },
    ],
    [
      'fields of an echo',
      { cmd, version: '2020-01-01T00:00:00.000Z', tasks: [], deployments: [], tasksStats: {} },
    ],
    ['Java patterns', { cmd, constraints: [['rack', 'LIKE', '(?i)r[0-9]++']] }],
    ['a network that the cluster may name', { cmd, networks: [{ mode: 'container' }] }],
    ['roles that the cluster may have', { cmd, role: 'blue', acceptedResourceRoles: ['*', 'blue'] }],
    [
      'features that the cluster may have',
      { ...mesos(persistent()), gpus: 1, secrets: { s: { source: 'x' } } },
    ],
    ['a secret that is declared', { cmd, env: { KEY: { secret: 's' } }, secrets: { s: { source: 'x' } } }],
    ['the first of several ports', { cmd, portDefinitions: [{ port: 0 }, { port: 0 }], healthChecks: [{}] }],
    ['a negative health timeout', { cmd, healthChecks: [{ timeoutSeconds: -1 }] }],
    ['dependencies of others', { cmd, dependencies: ['/other', '../x', 'db'] }],
  ])('%s', (_, app) => {
    expect(refused(app)).toEqual([]);
  });
});

describe('warned of', () => {
  const ignored = 'is ignored: Marathon reads no field of that name there';
  it.each<[string, Definition, string]>([
    ['a field that is nearly one', { cmd, cpu: 0.05 }, `app.cpu ${ignored}: did you mean cpus?`],
    ['another case', { cmd, Labels: {} }, `app.Labels ${ignored}: did you mean labels?`],
    ['what others call it', { cmd, memory: 64 }, `app.memory ${ignored}: did you mean mem?`],
    [
      'a field of the container',
      { cmd, image: 'i' },
      `app.image ${ignored}: did you mean container.docker.image?`,
    ],
    [
      'a field of the policy',
      { cmd, targets: [] },
      `app.targets ${ignored}: did you mean targets beside app, not within it?`,
    ],
    [
      'below',
      { cmd, healthChecks: [{ timeout: 1, portIndx: 0 }] },
      `app.healthChecks[0].portIndx ${ignored}: did you mean portIndex?`,
    ],
    ['a word that is near nothing', { cmd, colour: 'red' }, `app.colour ${ignored}`],
    [
      'what belongs to a group',
      { cmd, groups: [] },
      'app.groups is ignored: it belongs to a group; a policy names each app under spec.apps',
    ],
    ['what has no effect', { cmd, residency: {} }, 'app.residency is ignored: it has no effect in Marathon'],
    [
      'a relative dependency',
      { cmd, dependencies: ['db'] },
      'app.dependencies[0] counts from the root and is /db: write /shop/db if that is meant',
    ],
    [
      'no mapping',
      { cmd, portDefinitions: [0] },
      'app.portDefinitions[0] is no mapping: Marathon reads it as an empty one',
    ],
    [
      'a network without a name',
      { cmd, networks: [{}] },
      'app.networks[0] has no name: Marathon takes it only where it has a default network',
    ],
  ])('%s', (_, app, sentence) => {
    expect(warned(app)).toContain(sentence);
    expect(refused(app)).toEqual([]);
  });

  it('nothing where nothing is unusual', () => {
    expect(problems({ cmd, cpus: 0.1, mem: 32, networks: [{ mode: 'host' }], env: { A: '1' } })).toEqual([]);
  });
});

describe('many mistakes', () => {
  const many = (value: unknown) =>
    Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`field${i}`, value]));

  it('are remarked on in a few words where they are none, and refuse nothing', () => {
    const found = problems({ cmd, ...many(1) });
    expect(found.map((p) => p.severity)).toEqual(Array.from({ length: 6 }, () => 'warning'));
    expect(found.map((p) => p.message).join()).toMatch(/29,?995 more of the kind/);
  });

  it('are counted where they are', () => {
    const found = problems({ cmd, labels: many(1) });
    expect(found.length).toBeLessThan(30);
    expect(found.every((p) => p.severity === 'error')).toBe(true);
  });

  it('in several apps leave a valid policy valid', () => {
    const app = { cmd, a1: 1, b1: 1, c1: 1, d1: 1 };
    const spec = {
      capacity: { slots: 9 },
      apps: Array.from({ length: 9 }, (_, i) => ({ name: `a${i}`, priority: 1, remainder: {}, app })),
    };
    const policy = {
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'p' },
      spec,
    };
    const found = loadPolicies(JSON.stringify(policy), 'f.json').problems;
    expect(found.at(-1)?.message).toBe('and 16 more problems in this document');
    expect(found.filter((p) => p.severity === 'error')).toEqual([]);
  });
});
