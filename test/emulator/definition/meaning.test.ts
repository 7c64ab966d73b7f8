// What a well-shaped definition may still get wrong, with Marathon's paths and words.

import { describe, expect, it } from 'vitest';
import { ALL_FEATURES, define, refusal } from './define.ts';

const NO_SECRETS = 'Feature secrets is not enabled. Enable with --enable_features secrets)';
const PORT_INDEX =
  'Health check port indices must address an element of the ports array or container port mappings.';
const IMAGE = { docker: { image: 'example.test/api:1' } };
const volumes = (...given: object[]): object => ({ container: { type: 'MESOS', volumes: given } });
const kept = (persistent: object, more: object = {}): object =>
  volumes({ containerPath: 'data', mode: 'RW', persistent, ...more });
const driven = (external: object, more: object = {}): object =>
  volumes({
    containerPath: '/e',
    mode: 'RW',
    external: { name: 'v', provider: 'dvdi', options: { 'dvdi/driver': 'd' }, ...external },
    ...more,
  });

describe('a definition is refused', () => {
  it.each([
    [{ args: ['x'] }, "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."],
    [{ cmd: 'x' }, '/: must not be an empty string'],
    [{ container: {} }, '/container/docker: not defined'],
    [{ container: 'x' }, '/container/docker: not defined'],
    [{ portDefinitions: [{ name: 'a' }, { name: 'a' }] }, '/portDefinitions: Port names must be unique.'],
    [
      { portDefinitions: [{ port: 1 }, { port: 1, protocol: 'udp' }] },
      '/portDefinitions: Ports must be unique.',
    ],
    [{ healthChecks: [{ portIndex: 1 }] }, `/healthChecks(0): ${PORT_INDEX}`],
    [{ healthChecks: [{ protocol: 'MESOS_TCP', portIndex: 1 }] }, `/healthChecks(0): ${PORT_INDEX}`],
    [
      { healthChecks: [{ ipProtocol: 'IPv6' }] },
      '/healthChecks(0): IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks',
    ],
    [
      { healthChecks: [{ protocol: 'MESOS_TCP' }, { protocol: 'MESOS_HTTP' }] },
      '/: AppDefinition can contain at most one Mesos health check',
    ],
    [
      { check: { tcp: { portIndex: 1 } } },
      '/check/get: check port index must address an element of the ports array or container port mappings.',
    ],
    [{ check: { tcp: {} }, container: IMAGE }, "/: AppDefinition must not use 'checks' if using docker"],
    [
      { readinessChecks: [{}] },
      '/readinessChecks(0)/portName: No port definition reference for portName http-api',
    ],
    [
      {
        readinessChecks: [{ portName: 'default', intervalSeconds: 5 }],
        portDefinitions: [{ name: 'default' }],
      },
      '/readinessChecks(0)/timeoutSeconds: got 10, expected less than 5',
    ],
    [{ role: 'other' }, '/role: got other, expected one of: [*, group, shop]'],
    [
      { acceptedResourceRoles: ['', 'x'] },
      '/acceptedResourceRoles: A role name must not be "". | acceptedResourceRoles can only contain *',
    ],
    [{ acceptedResourceRoles: [] }, '/acceptedResourceRoles: must not be empty'],
    [{ gpus: 1 }, '/: Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)'],
    [
      { resourceLimits: { cpus: 0.5, mem: 'much' } },
      '/resourceLimits/cpus: resource limit must be greater than or equal to requested resource (1.0); ' +
        "/resourceLimits/mem: 'much' is an invalid resource limit. It must be 'unlimited' or a number",
    ],
    [{ secrets: { s: { source: 'x' } } }, `/secrets: ${NO_SECRETS}`],
    [
      { env: { A: { secret: 'x' } } },
      '/env/A/secret: references an undefined secret; ' +
        '/env: use of secret-references in the environment requires the secrets feature to be enabled',
    ],
    [{ env: { '': 'x' } }, '/env/keys(0): must not be empty'],
    [
      { unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } },
      '/unreachableStrategy/inactiveAfterSeconds: inactiveAfterSeconds (2) must be less or equal to expungeAfterSeconds, which is 1',
    ],
    [{ fetch: [{ uri: 'http://h/a b' }] }, '/fetch(0)/uri: URI has invalid syntax.'],
    [
      {
        labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
        instances: 2,
        upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
      },
      '/: Single instance app may only have one instance',
    ],
    [
      {
        labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
        upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0 },
      },
      '/upgradeStrategy/minimumHealthCapacity: got 1.0, expected 0.0',
    ],
  ])('%j', (body, problem) => expect(refusal(body)).toBe(`422 ${problem}`));

  it('when it may run once and leaves open how it is upgraded', () =>
    expect(refusal({ labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } })).toMatch(/^422 .*expected 0\.0/));
});

describe('networks', () => {
  it.each([
    [
      [{ mode: 'host' }, { mode: 'host' }],
      'May specify a single host network, single bridge network, or else 1-to-n container networks',
    ],
    [[{ mode: 'host', name: 'x' }], 'Host networks may not have names or labels'],
    [[{ mode: 'container/bridge', name: 'x' }], 'Bridge networks may not have names'],
    [[{ name: 'x' }, { name: 'x' }], 'Duplicate networks are not allowed'],
    [[{ mode: 'container' }], 'Network name must be specified when container network is selected.'],
  ])('%j', (networks, problem) => expect(refusal({ networks })).toBe(`422 /networks: ${problem}`));

  it('named by a port mapping are networks of the app', () => {
    const container = { type: 'MESOS', portMappings: [{ networkNames: ['red'] }] };
    expect(refusal({ networks: [{ name: 'blue' }], container })).toBe(
      '422 /container/portMappings(0)/networkNames(0): is not one of (blue)',
    );
  });
});

describe('a constraint', () => {
  it.each([
    [['hostname'], 'Each constraint must have either 2 or 3 fields'],
    [['', 'UNIQUE'], 'illegal constraint specification'],
    [
      ['hostname', 'NEAR', 'x'],
      'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS',
    ],
    [['hostname', 'UNIQUE', ''], 'UNIQUE does not accept a value'],
    [['hostname', 'LIKE'], 'LIKE and UNLIKE require a non-empty, regular expression value'],
    [['hostname', 'LIKE', '*'], 'is not a valid regular expression'],
    [['hostname', 'LIKE', 'a{x}'], 'is not a valid regular expression'],
    [['hostname', 'MAX_PER'], 'MAX_PER requires an integer value'],
    [['hostname', 'MAX_PER', '99999999999'], 'MAX_PER requires an integer value'],
    [['hostname', 'GROUP_BY', ''], 'GROUP BY must define an integer value or else no value at all'],
  ])('%j is refused', (constraint, problem) =>
    expect(refusal({ constraints: [constraint] })).toBe(`422 /constraints: ${problem}`),
  );

  it.each([
    [['hostname', 'LIKE', '(?i)node-\\d++']],
    [['rack', 'CLUSTER']],
    [['rack', 'GROUP_BY', '-1']],
    [['rack', 'IS']],
  ])('%j is accepted', (constraint) =>
    expect(define({ constraints: [constraint, constraint] }).constraints).toEqual([constraint]),
  );

  it('passes with an operator in another letter case, and cannot be stored', () =>
    expect(refusal({ constraints: [['hostname', 'unique']] })).toBe(
      '500 illegal constraint specification hostname,unique',
    ));
});

describe('volumes', () => {
  it.each([
    [kept({ size: 0 }), '/persistent/size: got 0, expected more than 0'],
    [kept({ size: 1, maxSize: 2 }), '/persistent: Only mount volumes can have maxSize'],
    [kept({ size: 2, maxSize: 1, type: 'mount' }), '/persistent: Max size must be larger than size'],
    [
      kept({ size: 1, constraints: [['path', 'LIKE', 'x']] }),
      '/persistent: Constraints on root volumes are not supported',
    ],
    [
      kept({ size: 1, type: 'mount', constraints: [['path', 'LIKE', '(']] }),
      '/persistent/constraints/(: Invalid regular expression',
    ],
    [kept({ size: 1 }, { containerPath: '/data' }), '/containerPath: value must not contain "/"'],
    [kept({ size: 1 }, { mode: 'RO' }), '/mode: does not equal RW'],
    [driven({ name: null }), '/external/name: must not be empty | not defined'],
    [driven({ options: {} }), '/external/options("dvdi/driver"): not defined'],
    [driven({ provider: 'x' }), '/external/provider: is unknown provider'],
    [driven({}, { mode: 'RO' }), '/mode: does not equal RW'],
    [volumes({ containerPath: '/s', secret: 's' }), ': volume.secret must refer to an existing secret'],
  ])('%j', (body, problem) =>
    expect(refusal(body, ALL_FEATURES)).toBe(`422 /container/volumes(0)${problem}`),
  );

  it('by a driver allow one instance; the message has the app as Scala prints it', () =>
    expect(refusal({ ...driven({}), instances: 2 }, ALL_FEATURES)).toMatch(
      /^422 \/: Number of instances is limited to 1 when declaring DVDI volumes in app \[App\(\/group\/app,None,List\(\),1\.15,1,Some\(sleep 60\),.*,Some\(shop\)\)\.id\]$/,
    ));

  it('by a driver need the feature', () =>
    expect(refusal(driven({}))).toBe(
      '422 /container/volumes(0): Feature external_volumes is not enabled. Enable with --enable_features external_volumes)',
    ));

  it('on the disk of an agent are for a role of their own, without spare instances and with no limit of time', () => {
    expect(refusal(kept({ size: 1 }))).toBe('422 /role: Resident apps cannot have the role *');
    expect(refusal({ ...kept({ size: 1 }), unreachableStrategy: {} }, ALL_FEATURES)).toBe(
      '422 /: unreachableStrategy must be disabled for resident tasks',
    );
    expect(define(kept({ size: 1 }) as Record<string, unknown>, ALL_FEATURES)).toMatchObject({
      residency: { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' },
      unreachableStrategy: 'disabled',
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
      container: { volumes: [{ persistent: { type: 'root', size: 1, constraints: [] } }] },
    });
  });

  it('on the disk of an agent keep their role unless forced', () => {
    const roles = { defaultRole: 'shop', validRoles: ['shop', 'group'], previousRole: 'group' };
    expect(refusal(kept({ size: 1 }), { roles })).toMatch(
      /previous role, group.*retry your request with \?force=true/,
    );
    expect(refusal(kept({ size: 1 }), { roles: { ...roles, forceRoleUpdate: true } })).toBe('accepted');
  });
});

describe('optional features', () => {
  it.each([
    { secrets: { x: { source: 'y' } }, env: { A: { secret: 'x' } } },
    { gpus: 1 },
    driven({}),
    { ...volumes({ containerPath: '/s', secret: 's' }), secrets: { s: { source: 'y' } } },
  ])('make %j acceptable', (body) => {
    expect(refusal(body, ALL_FEATURES)).toBe('accepted');
    expect(refusal(body)).toMatch(/^422/);
  });
});
