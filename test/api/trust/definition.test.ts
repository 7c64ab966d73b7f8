import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeDefinition } from '../../../src/api/trust/definition.ts';

const docker = (more: object): object => ({ container: { type: 'DOCKER', docker: { image: 'i', ...more } } });
const parameter = (key: unknown, value = 'x'): object => docker({ parameters: [{ key, value }] });
const volume = (more: unknown): object => ({ container: { type: 'MESOS', volumes: [more] } });

const HARMLESS: readonly (readonly [string, object])[] = [
  ['a command', { cmd: 'sleep 1' }],
  ['a plain user', { user: 'nobody' }],
  ['a user by number', { user: '1000' }],
  ['a user whose name only begins like root', { user: 'rooted' }],
  ['an image', docker({ privileged: false, forcePullImage: true, parameters: [] })],
  ['a parameter that stays in the container', parameter('hostname', 'h')],
  ['less capabilities', parameter('cap-drop', 'ALL')],
  ['a persistent volume', volume({ containerPath: 'data', mode: 'RW', persistent: { size: 10 } })],
  ['a secret as a file', volume({ containerPath: '/s', secret: 'db' })],
  ['a download', { fetch: [{ uri: 'https://example.com/a.tgz' }, { uri: 'hdfs://nn/a' }] }],
  ['an older download', { uris: ['http://example.com/a.tgz'] }],
  ['labels', { labels: { team: 'shop', 'example.com/microscaling.io': 'x' } }],
  ['nothing where something could be', { user: null, container: null, fetch: null, uris: [] }],
];

const PRIVILEGED: readonly (readonly [string, object, string])[] = [
  ['root', { user: 'root' }, '/user'],
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
  ['no host', { fetch: [{ uri: 'hdfs:///etc/shadow' }] }, '/fetch/0'],
  ['a fetch without a uri', { fetch: [{}] }, '/fetch/0'],
  ['an older spelling', { uris: ['https://ok.example/a', 'file:///etc/shadow'] }, '/uris/1'],
];

describe('an app definition from somebody who is not trusted', () => {
  it.each(HARMLESS)('may have %s', (_, definition) => {
    expect(judgeDefinition(definition as never, '', { privileged: false })).toEqual([]);
  });

  it.each(PRIVILEGED)('may not have %s unless that is allowed', (_, definition, pointer) => {
    expect(judgeDefinition(definition as never, '', { privileged: false })).toEqual([
      {
        severity: 'error',
        pointer,
        message: expect.stringContaining('start the operator with --allow-privileged'),
      },
    ]);
    expect(judgeDefinition(definition as never, '', { privileged: true })).toEqual([]);
  });

  it.each([
    'microscaling.io/policy',
    'microscaling.io/installation',
    'Microscaling.io/policy',
    'microscaling.io',
  ])('may never carry the label %s', (label) => {
    const findings = judgeDefinition({ labels: { [label]: 'x' } }, '', { privileged: true });
    expect(findings.map(({ message }) => message)).toEqual([
      `the label ${label} is the operator's own: remove it`,
    ]);
  });

  it('says everything that is refused', () => {
    const definition = { user: 'root', ...docker({ privileged: true }), uris: ['/x'] };
    expect(judgeDefinition(definition, '/a', { privileged: false }).map(({ pointer }) => pointer)).toEqual([
      '/a/user',
      '/a/container/docker/privileged',
      '/a/uris/0',
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
        const found = judgeDefinition(whole, '', { privileged: false }).map(({ pointer }) => pointer);
        const harmless = privileged === false || privileged === null;
        expect(found.includes('/container/docker/privileged')).toBe(!harmless);
      }),
    );
  });
});
