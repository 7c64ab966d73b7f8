import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFINITION_PARTS, type DefinitionPart } from '../../../src/api/trust/definition/parts.ts';
import { DEFINITION_RULES } from '../../../src/api/trust/definition/table.ts';
import { checkDefinition } from '../../../src/api/trust/definition.ts';
import type { Finding } from '../../../src/api/validation/finding.ts';
import { policyWith, refusals } from './judging.ts';

const docker = (more: object): object => ({ container: { type: 'DOCKER', docker: { image: 'i', ...more } } });
const parameter = (key: unknown, value = 'x'): object => docker({ parameters: [{ key, value }] });
const volume = (more: unknown): object => ({ container: { type: 'MESOS', volumes: [more] } });

/** What was not given says nothing; a user is given, where nothing else is said about it. */
function judge(
  definition: object,
  more: Partial<Parameters<typeof checkDefinition>[2]> = {},
): readonly Finding[] {
  const trust = { privileged: false, parts: [], groups: ['/shop'], groupsAreNamed: false, ...more };
  return checkDefinition({ user: 'nobody', ...definition }, '', trust);
}

const HARMLESS: readonly (readonly [string, object])[] = [
  ['a command', { cmd: 'sleep 1' }],
  ['a plain user', { user: 'nobody' }],
  ['a user by number', { user: '1000' }],
  ['a user whose name only begins like root', { user: 'rooted' }],
  ['an image, and its user', { user: null, ...docker({}) }],
  ['an image that Mesos runs', { user: undefined, container: { type: 'MESOS', docker: { image: 'i' } } }],
  ['the command executor by its default', { executor: '' }],
  ['an image', docker({ privileged: false, forcePullImage: true, parameters: [] })],
  ['the credentials for an image', docker({ pullConfig: { secret: 's' }, credential: { principal: 'p' } })],
  ['a parameter that stays in the container', parameter('hostname', 'h')],
  ['less capabilities', parameter('cap-drop', 'ALL')],
  ['a persistent volume', volume({ containerPath: 'data', mode: 'RW', persistent: { size: 10 } })],
  ['a secret as a file', volume({ containerPath: 's', secret: 'db' })],
  [
    'a volume at a path of its image',
    {
      container: {
        docker: { image: 'i' },
        volumes: [{ containerPath: '/var/data', persistent: { size: 1 } }],
      },
    },
  ],
  [
    'a download',
    { fetch: [{ uri: 'https://example.com/a.tgz', destPath: 'lib/a.tgz' }, { uri: 'ftp://h/a' }] },
  ],
  ['a download to a name with dots', { fetch: [{ uri: 'https://example.com/a', destPath: 'a..b/c.d' }] }],
  ['an older download', { uris: ['http://example.com/a.tgz'] }],
  [
    'labels',
    { labels: { team: 'shop', 'example.com/microscaling.io': 'x', MARATHON_SINGLE_INSTANCE_APP: 'true' } },
  ],
  ["the host's network", { networks: [{ mode: 'host' }] }],
  ["the cluster's default network", { networks: [{ mode: 'container' }], ipAddress: {} }],
  [
    'a bridge',
    docker({ network: 'BRIDGE', portMappings: [{ containerPort: 80, hostPort: 0, servicePort: 9 }] }),
  ],
  ['service ports', { portDefinitions: [{ port: 10000, labels: { team: 'a' } }], requirePorts: false }],
  ["everybody's role", { role: '*', acceptedResourceRoles: ['*'] }],
  ['no secrets', { secrets: {} }],
  ['its own apps to wait for', { dependencies: ['/shop/db', '/shop'] }],
  ['five minutes to end', { taskKillGracePeriodSeconds: 300 }],
  ['constraints', { constraints: [['hostname', 'UNIQUE']] }],
  ['a terminal', { tty: true }],
  ['checks', { healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }], readinessChecks: [{}] }],
  ['its own pace', { backoffSeconds: 1, maxLaunchDelaySeconds: 1, killSelection: 'OLDEST_FIRST' }],
  [
    'nothing where something could be',
    Object.fromEntries(
      [
        ...['container', 'fetch', 'executor', 'role', 'acceptedResourceRoles', 'requirePorts', 'networks'],
        ...[
          'ipAddress',
          'portDefinitions',
          'secrets',
          'dependencies',
          'taskKillGracePeriodSeconds',
          'labels',
        ],
      ].map((field) => [field, null]),
    ),
  ],
];

/** With what allows it, and where it is. */
const SHARED: readonly (readonly [string, object, DefinitionPart, string])[] = [
  ...['VIP_0', 'HAPROXY_GROUP', 'HAPROXY_0_VHOST', 'DCOS_SERVICE_NAME', 'vip_0', 'traefik.enable'].flatMap(
    (label): readonly (readonly [string, object, DefinitionPart, string])[] => [
      [`the label ${label}`, { labels: { [label]: 'x' } }, 'labels', `/labels/${label}`],
      [
        `the label ${label} on a port`,
        { portDefinitions: [{ port: 0 }, { labels: { [label]: 'x' } }] },
        'labels',
        `/portDefinitions/1/labels/${label}`,
      ],
    ],
  ),
  [
    'a VIP on a mapped port',
    { container: { portMappings: [{ labels: { VIP_0: '/x:80' } }] } },
    'labels',
    '/container/portMappings/0/labels/VIP_0',
  ],
  [
    'a VIP on a mapped port, as it was spelled before 1.5',
    docker({ portMappings: [{ labels: { VIP_0: '/x:80' } }] }),
    'labels',
    '/container/docker/portMappings/0/labels/VIP_0',
  ],
  [
    'a VIP on a discovered port',
    { ipAddress: { discovery: { ports: [{ labels: { VIP_0: '/x:80' } }] } } },
    'labels',
    '/ipAddress/discovery/ports/0/labels/VIP_0',
  ],
  ['a container network', { networks: [{ mode: 'container', name: 'pci' }] }, 'networks', '/networks/0/name'],
  ['a container network without its mode', { networks: [{ name: 'pci' }] }, 'networks', '/networks/0/name'],
  [
    'a container network, as it was spelled before 1.5',
    { ipAddress: { networkName: 'pci' } },
    'networks',
    '/ipAddress/networkName',
  ],
  ['ports of the host', { requirePorts: true, portDefinitions: [{ port: 80 }] }, 'ports', '/requirePorts'],
  ['ports of the host, as text', { requirePorts: 'true' }, 'ports', '/requirePorts'],
  [
    'a port of the host',
    { container: { portMappings: [{ hostPort: 22 }] } },
    'ports',
    '/container/portMappings/0/hostPort',
  ],
  [
    'a port of the host, as it was spelled before 1.5',
    docker({ portMappings: [{ hostPort: 22 }] }),
    'ports',
    '/container/docker/portMappings/0/hostPort',
  ],
  ['a role', { role: 'payments' }, 'roles', '/role'],
  [
    'resources of a role',
    { acceptedResourceRoles: ['*', 'slave_public'] },
    'roles',
    '/acceptedResourceRoles/1',
  ],
  ['a secret', { secrets: { db: { source: 'payments/db' } } }, 'secrets', '/secrets/db/source'],
  [
    'a secret of the group that it calls itself after',
    { secrets: { db: { source: '/shop/db' } } },
    'secrets',
    '/secrets/db/source',
  ],
  ['a secret without a source', { secrets: { db: {} } }, 'secrets', '/secrets/db/source'],
  ['a day to end', { taskKillGracePeriodSeconds: 86_400 }, 'grace-periods', '/taskKillGracePeriodSeconds'],
  ['text to end', { taskKillGracePeriodSeconds: '9e9' }, 'grace-periods', '/taskKillGracePeriodSeconds'],
];

const PRIVILEGED: readonly (readonly [string, object, string])[] = [
  ['no user', { user: undefined }, '/user'],
  ['no user, in as many words', { user: null }, '/user'],
  ['no user in a container without an image', { user: null, container: { type: 'MESOS' } }, '/user'],
  ['no user and an image that is none', { user: null, container: { docker: { image: ' ' } } }, '/user'],
  ['an empty user', { user: '' }, '/user'],
  ['root', { user: 'root' }, '/user'],
  ['root in an image', { user: 'root', ...docker({}) }, '/user'],
  ['an executor', { executor: '/bin/sh -c id' }, '/executor'],
  ['the command executor by its name', { executor: '//cmd' }, '/executor'],
  ['an executor that is no text', { executor: ['/bin/sh'] }, '/executor'],
  ['root in capitals', { user: 'ROOT' }, '/user'],
  ['root by number', { user: '0' }, '/user'],
  ['root by a number in other words', { user: '+0' }, '/user'],
  ['root by a hexadecimal number', { user: '0x0' }, '/user'],
  ["root's other name", { user: 'toor' }, '/user'],
  ['root and a group', { user: 'root:root' }, '/user'],
  ['root by a number that is no text', { user: 0 }, '/user'],
  ['root with a space', { user: ' root ' }, '/user'],
  ['a privileged container', docker({ privileged: true }), '/container/docker/privileged'],
  ['a privileged container, as text', docker({ privileged: 'true' }), '/container/docker/privileged'],
  ...[
    'privileged',
    'volume',
    'v',
    'mount',
    'volumes-from',
    'volume-driver',
    'device',
    'device-cgroup-rule',
    'cap-add',
    'security-opt',
    'pid',
    'ipc',
    'uts',
    'userns',
    'cgroupns',
    'cgroup-parent',
    'network',
    'net',
    'user',
    'group-add',
    'runtime',
    'env-file',
    'label-file',
    'cidfile',
    'sysctl',
    'gpus',
    'log-opt',
    'Privileged',
    'hostname=h --privileged',
    ' hostname',
    '',
    7,
    undefined,
  ].map((key) => [`the parameter ${key}`, parameter(key), '/container/docker/parameters/0'] as const),
  [
    'parameters that are no list',
    docker({ parameters: { key: 'privileged' } }),
    '/container/docker/parameters/0',
  ],
  ['a host volume', volume({ containerPath: '/h', hostPath: '/', mode: 'RO' }), '/container/volumes/0'],
  [
    'a host volume beside a persistent one',
    volume({ containerPath: 'd', hostPath: '/etc', persistent: { size: 1 } }),
    '/container/volumes/0',
  ],
  [
    'an external volume, which Docker binds to the host as well',
    volume({ containerPath: '/e', external: { provider: 'dvdi', options: { 'dvdi/driver': 'local' } } }),
    '/container/volumes/0',
  ],
  ['a volume of an unknown kind', volume({ containerPath: '/x' }), '/container/volumes/0'],
  ['a volume that is none', volume('/etc:/etc'), '/container/volumes/0'],
  [
    'linux capabilities',
    { container: { linuxInfo: { capabilities: ['SYS_ADMIN'] } } },
    '/container/linuxInfo',
  ],
  ['no seccomp', { container: { linuxInfo: { seccomp: { unconfined: true } } } }, '/container/linuxInfo'],
  ['a file of the agent', { fetch: [{ uri: 'file:///etc/shadow' }] }, '/fetch/0'],
  ['a file of the agent, in capitals', { fetch: [{ uri: 'FILE:///etc/shadow' }] }, '/fetch/0'],
  ['a path of the agent', { fetch: [{ uri: '/etc/shadow' }] }, '/fetch/0'],
  ['a relative path', { fetch: [{ uri: 'etc/shadow' }] }, '/fetch/0'],
  ['a path after a space', { fetch: [{ uri: ' https://x' }] }, '/fetch/0'],
  ['a file that Hadoop reads', { fetch: [{ uri: 'file:/etc/shadow' }] }, '/fetch/0'],
  ...[
    'hdfs://nn/a',
    'hdfs:///etc/shadow',
    's3://b/k',
    's3n://b/k',
    's3a://b/k',
    'gs://b/k',
    'maprfs://c/a',
  ].map((uri) => [`${uri}, which the agent reads as itself`, { fetch: [{ uri }] }, '/fetch/0'] as const),
  ...['../../x', '/etc/cron.d/x', 'a/../../x', '..', '~/x', 'a/..\\..\\x'].flatMap((path) =>
    ['destPath', 'outputFile'].map(
      (field) =>
        [
          `a fetch to ${field} ${path}`,
          { fetch: [{ uri: 'https://x', [field]: path }] },
          `/fetch/0/${field}`,
        ] as const,
    ),
  ),
  [
    "a volume over the agent's files",
    volume({ containerPath: '/etc', persistent: { size: 1 } }),
    '/container/volumes/0/containerPath',
  ],
  [
    'a volume outside of its sandbox',
    volume({ containerPath: '../x', secret: 's' }),
    '/container/volumes/0/containerPath',
  ],
  ['a fetch without a uri', { fetch: [{}] }, '/fetch/0'],
  ['an older spelling', { uris: ['https://ok.example/a', 'file:///etc/shadow'] }, '/uris/1'],
];

describe('an app definition from somebody who is not trusted', () => {
  it.each(HARMLESS)('may have %s', (_, definition) => {
    expect(judge(definition)).toEqual([]);
  });

  it.each(PRIVILEGED)('may not have %s unless that is allowed', (_, definition, pointer) => {
    expect(judge(definition)).toEqual([
      {
        severity: 'error',
        pointer,
        message: expect.stringContaining('start the operator with --allow-privileged'),
      },
    ]);
    expect(judge(definition, { privileged: true })).toEqual([]);
  });

  it.each(SHARED)('may not have %s unless that is allowed', (_, definition, part, pointer) => {
    expect(judge(definition, { privileged: true })).toEqual([
      {
        severity: 'error',
        pointer,
        message: expect.stringContaining(`start the operator with --allow-definition ${part}`),
      },
    ]);
    expect(judge(definition, { parts: [part] })).toEqual([]);
    const others = DEFINITION_PARTS.filter((each) => each !== part);
    expect(judge(definition, { parts: others })).toHaveLength(1);
  });

  it.each<[string, unknown, RegExp]>([
    ["somebody else's app", '/payments/api', /--allow-app-prefix '\/payments'/],
    ['a neighbour that begins alike', '/shopping/api', /--allow-app-prefix '\/shopping'/],
    ['a way out of its group', '/shop/../payments/api', /may depend on apps under \/shop only/],
    ['a relative id', 'db', /write its whole id, such as \/shop\/db/],
    ['a relative id above it', '../payments/api', /is relative/],
    ['something that is no id', 7, /may depend on apps under/],
  ])('may not wait for %s', (_, id, says) => {
    const found = judge({ dependencies: ['/shop/db', id] }, { privileged: true, parts: DEFINITION_PARTS });
    expect(found).toEqual([
      { severity: 'error', pointer: '/dependencies/1', message: expect.stringMatching(says) },
    ]);
  });

  it('may use the secrets below a group that the administrator named', () => {
    const own = { groups: ['/shop', '/mail'], groupsAreNamed: true };
    const from = (source: string) => judge({ secrets: { s: { source } } }, own);
    for (const source of ['shop/db', '/shop/db', 'mail/a/b']) expect(from(source)).toEqual([]);
    for (const source of [
      'shopping/db',
      'shop/../payments',
      'payments/shop',
      '',
      'shop/%2e%2e/x',
      '~shop/db',
    ])
      expect(from(source)).toHaveLength(1);
  });

  it('is judged by what the operator was started with', () => {
    const text = policyWith({
      definition: {
        user: null,
        labels: { VIP_0: 'x' },
        dependencies: ['/mail/db'],
        secrets: { s: { source: 'shop/x' } },
      },
    });
    expect(refusals(text)).toHaveLength(4);
    const allowed = {
      allowPrivileged: true,
      allowDefinition: ['labels'],
      allowAppPrefix: ['/shop', '/mail'],
    };
    expect(refusals(text, allowed)).toEqual([]);
    expect(() => refusals(text, { allowDefinition: ['everything'] })).toThrow(
      "--allow-definition: 'everything' is not one of grace-periods, labels, networks, ports, roles, secrets",
    );
  });

  it.each([
    'microscaling.io/policy',
    'microscaling.io/installation',
    'Microscaling.io/policy',
    'microscaling.io',
  ])('may never carry the label %s', (label) => {
    const findings = judge({ labels: { [label]: 'x' } }, { privileged: true, parts: DEFINITION_PARTS });
    expect(findings.map(({ message }) => message)).toEqual([
      `the label ${label} is the operator's own: remove it`,
    ]);
  });

  it('says everything that is refused', () => {
    const definition = { user: 'root', ...docker({ privileged: true }), uris: ['/x'] };
    expect(judge(definition).map(({ pointer }) => pointer)).toEqual([
      '/user',
      '/container/docker/privileged',
      '/uris/0',
    ]);
  });

  it('is judged whatever it is made of, and is never privileged in any shape of it', () => {
    const field = fc.constantFrom(
      'docker',
      'volumes',
      'linuxInfo',
      'parameters',
      'fetch',
      'uris',
      'user',
      'labels',
    );
    const shape = fc.dictionary(field, fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(shape, shape, fc.jsonValue(), (definition, container, privileged) => {
        const whole = { ...definition, container: { ...container, docker: { privileged } } };
        const found = judge(whole).map(({ pointer }) => pointer);
        const harmless = privileged === false || privileged === null;
        expect(found.includes('/container/docker/privileged')).toBe(!harmless);
      }),
    );
  });
});

describe('the table of what definitions may have', () => {
  const findings = [...PRIVILEGED, ...SHARED].flatMap(([, definition]) => [
    { user: 'nobody', ...definition },
  ]);
  const cases = [...findings, { labels: { 'microscaling.io/x': '' } }, { dependencies: ['/payments/api'] }];
  const trust = { privileged: false, parts: [], groups: ['/shop'], groupsAreNamed: false };

  it.each(DEFINITION_RULES.filter(({ allowed }) => allowed !== 'always'))(
    'has a row for $fields that refuses something, and is lifted by $allowed',
    ({ check: rule, allowed }) => {
      const lifted = { ...trust, privileged: true, parts: DEFINITION_PARTS, groups: ['/'] };
      const refused = cases.filter((definition) => rule?.(definition, '', trust).length);
      expect(refused.length).toBeGreaterThan(0);
      if (allowed !== 'never')
        expect(refused.filter((definition) => rule?.(definition, '', lifted).length)).toEqual([]);
    },
  );

  it('refuses nothing in a row that says that it is always allowed', () => {
    const always = DEFINITION_RULES.filter(({ allowed }) => allowed === 'always');
    expect(always.length).toBeGreaterThan(0);
    expect(always.filter(({ check: rule }) => rule !== undefined)).toEqual([]);
  });
});
