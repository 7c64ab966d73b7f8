// What Marathon makes of old spellings and of what a definition leaves open.

import { describe, expect, it } from 'vitest';
import { mergeApp, readApp } from '../../../src/emulator/definition/complete.ts';
import { ALL_FEATURES, define, refusal } from './define.ts';

const IMAGE = { docker: { image: 'example.test/api:1' } };
const BRIDGE = { networks: [{ mode: 'container/bridge' }] };
const MAPPING = { containerPort: 0, servicePort: 0, protocol: 'tcp', labels: {} };

describe('defaults', () => {
  it('are those of Marathon', () =>
    expect(define({})).toEqual({
      id: '/group/app',
      cmd: 'sleep 60',
      instances: 1,
      cpus: 1,
      mem: 128,
      disk: 0,
      gpus: 0,
      executor: '',
      backoffSeconds: 1,
      backoffFactor: 1.15,
      maxLaunchDelaySeconds: 300,
      killSelection: 'YOUNGEST_FIRST',
      labels: {},
      networks: [{ mode: 'host' }],
      portDefinitions: [{ port: 0, name: 'default', protocol: 'tcp' }],
      requirePorts: false,
      role: '*',
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    }));

  it('leave out what is empty', () => {
    const empty = {
      args: [],
      env: {},
      constraints: [],
      dependencies: [],
      fetch: [],
      healthChecks: [],
      secrets: {},
    };
    expect(define({ ...empty, readinessChecks: [] })).toEqual(define({}));
  });

  it('for the role come from the command line', () => expect(define({}, ALL_FEATURES).role).toBe('shop'));
});

describe('old spellings', () => {
  it.each([
    ['http://h/a.tgz', true],
    ['http://h/a.tar.gz?x=1', true],
    ['http://h/a.ZIP', false],
    ['http://h/a.jar', false],
    ['a.zip', true],
    ['mailto:a@b.zip', false],
  ])('uris: %s is unpacked: %s', (uri, extract) =>
    expect(define({ uris: [uri] }).fetch).toEqual([{ uri, extract, executable: false, cache: false }]),
  );

  it.each([
    [
      { ports: [8080, 0] },
      [
        { port: 8080, protocol: 'tcp' },
        { port: 0, protocol: 'tcp' },
      ],
    ],
    [{ ports: [] }, []],
    [
      { ports: [0], portDefinitions: [{ port: 0, name: 'http' }] },
      [{ port: 0, name: 'http', protocol: 'tcp' }],
    ],
    [{ portDefinitions: [{ labels: { a: 'b' } }] }, [{ port: 0, protocol: 'tcp', labels: { a: 'b' } }]],
  ])('ports: %j', (body, portDefinitions) => expect(define(body).portDefinitions).toEqual(portDefinitions));

  it.each([
    ['HOST', [{ mode: 'host' }]],
    ['bridge', [{ mode: 'container/bridge' }]],
  ])('container.docker.network: %s', (network, networks) => {
    const container = { docker: { ...IMAGE.docker, network } };
    expect(define({ container }).networks).toEqual(networks);
  });

  it.each([
    [{ networkName: 'blue', labels: { a: 'b' } }, [{ mode: 'container', name: 'blue', labels: { a: 'b' } }]],
    [{ networkName: 'mesos-bridge' }, [{ mode: 'container/bridge' }]],
  ])('ipAddress: %j', (ipAddress, networks) => expect(define({ ipAddress }).networks).toEqual(networks));

  it('ipAddress.discovery: ports become mappings of an empty container', () => {
    const discovery = { ports: [{ number: 80, name: 'http' }] };
    expect(define({ ipAddress: { networkName: 'blue', discovery } }).container).toEqual({
      type: 'MESOS',
      volumes: [],
      portMappings: [{ ...MAPPING, containerPort: 80, name: 'http' }],
    });
  });

  it('container.docker.portMappings move to the container', () => {
    const container = {
      docker: { ...IMAGE.docker, network: 'BRIDGE', portMappings: [{ containerPort: 80 }] },
    };
    expect(define({ container }).container?.portMappings).toEqual([
      { ...MAPPING, containerPort: 80, hostPort: 0 },
    ]);
  });

  it.each([
    [
      { container: { docker: { ...IMAGE.docker, network: 'NONE' } } },
      '500 unsupported docker network type NONE',
    ],
    [
      {
        container: {
          ...IMAGE,
          portMappings: [{}],
          docker: { ...IMAGE.docker, network: 'BRIDGE', portMappings: [{}] },
        },
      },
      '500 cannot specify both portMappings and docker.portMappings',
    ],
    [
      { uris: ['http://h/a'], fetch: [{ uri: 'http://h/b' }] },
      '422 /uris: may not be set in conjunction with fetch',
    ],
    [{ ports: [1, 1] }, '422 /: ports must be unique'],
    [{ ports: [1], portDefinitions: [{ port: 2 }] }, '422 /: cannot specify both ports and port definitions'],
    [{ ipAddress: {}, ports: [1] }, '422 /: cannot specify both an IP address and port'],
    [{ ipAddress: {}, ...BRIDGE }, '422 /: must not specify both networks and ipAddress'],
    [{ ports: [-1] }, '422 /portDefinitions(0)/port: got -1, expected 0 or more'],
  ])('%j is refused', (body, problem) => expect(refusal(body)).toBe(problem));
});

describe('ports', () => {
  it('are mapped to ports of the host on a bridge, one by default', () =>
    expect(define({ ...BRIDGE, container: IMAGE }).container?.portMappings).toEqual([
      { ...MAPPING, hostPort: 0, name: 'default' },
    ]));

  it('become as many mappings on a network as there were ports', () =>
    expect(
      define({ networks: [{ name: 'blue' }], ports: [0, 0, 0], container: { type: 'MESOS' } }).container
        ?.portMappings,
    ).toEqual([{ ...MAPPING, name: 'default' }, MAPPING, MAPPING]));

  it('are dropped where a container is on the host', () =>
    expect(
      define({ container: { ...IMAGE, portMappings: [{ containerPort: 80 }] } }).container,
    ).not.toHaveProperty('portMappings'));

  it('need an empty container on a network', () => {
    const app = define({ networks: [{ name: 'blue' }], portDefinitions: [{ port: 0 }], requirePorts: true });
    expect(app).toMatchObject({ requirePorts: false, container: { type: 'MESOS' } });
    expect(app).not.toHaveProperty('portDefinitions');
  });
});

describe('a health check', () => {
  it('uses the first port where ports are given, and leaves it open where they are not', () => {
    expect(define({ healthChecks: [{}] }).healthChecks?.[0]).not.toHaveProperty('portIndex');
    expect(define({ healthChecks: [{}], portDefinitions: [{}] }).healthChecks).toMatchObject([
      { portIndex: 0 },
    ]);
  });

  it('gets its port with the next update, which therefore is a new configuration', () => {
    const stored = define({ healthChecks: [{}] });
    expect(mergeApp(stored, readApp({ instances: 2 })).healthChecks).toMatchObject([{ portIndex: 0 }]);
  });
});

describe('an update', () => {
  const stored = define({ cpus: 2, labels: { a: 'b' }, env: { A: '1' }, resourceLimits: { cpus: 4 } });

  it('keeps what it does not name, and loses resource limits', () => {
    const { resourceLimits: _limits, ...kept } = stored;
    expect(mergeApp(stored, readApp({ instances: 3 }))).toEqual({ ...kept, instances: 3 });
  });

  it('replaces a field as a whole, and resets nothing by null', () => {
    const after = mergeApp(stored, readApp({ env: { B: '2' }, labels: {}, cpus: null }));
    expect(after).toMatchObject({ env: { B: '2' }, labels: {}, cpus: 2 });
  });

  it('is brought up to date from old spellings', () =>
    expect(mergeApp(stored, readApp({ ports: [8080], uris: ['http://h/a.zip'] }))).toMatchObject({
      portDefinitions: [{ port: 8080, protocol: 'tcp' }],
      fetch: [{ uri: 'http://h/a.zip', extract: true }],
    }));

  it('is not read again once it is up to date: today such a name would be refused', () =>
    expect(mergeApp(stored, readApp({ ipAddress: { networkName: 'Blue.1' } }))).toMatchObject({
      networks: [{ mode: 'container', name: 'Blue.1' }],
    }));
});
