import { describe, expect, it } from 'vitest';
import {
  createBody,
  footprintOf,
  graceSecondsOf,
} from '../../../../src/schedulers/docker/container/definition.ts';
import { definitionHash, labelsOf, originOf } from '../../../../src/schedulers/docker/container/labels.ts';
import { containerName } from '../../../../src/schedulers/docker/container/name.ts';

const body = (definition: Record<string, unknown>, env: Record<string, string> = {}) =>
  createBody({ definition, env, labels: { ours: 'yes' } });

describe('a container as the engine is asked for it', () => {
  it('has every field of its definition', () => {
    const definition = {
      image: 'shop/batch:1',
      command: ['run', '--fast'],
      entrypoint: ['/bin/tini', '--'],
      env: { RATE: '5', KEY: 'plain' },
      user: '1000:1000',
      workingDir: '/srv',
      cpus: 0.5,
      mem: 64,
      pids: 100,
      ports: [
        { containerPort: 8080 },
        { containerPort: 53, protocol: 'UDP', hostPort: 5353, hostAddress: '127.0.0.1' },
      ],
      mounts: [
        { type: 'Bind', source: '/srv/data', target: '/data', readOnly: true },
        { type: 'Volume', source: 'cache', target: '/cache' },
        { type: 'Tmpfs', target: '/tmp', sizeMb: 16 },
      ],
      network: 'shop',
      readOnly: true,
      privileged: false,
      init: true,
      capAdd: ['NET_ADMIN'],
      capDrop: ['ALL'],
      noNewPrivileges: true,
      extraHosts: ['db:10.0.0.5'],
      stopSignal: 'SIGINT',
      stopGrace: '2500ms',
      healthCheck: { command: ['check'], interval: '5s', timeout: '1s', startPeriod: '10s', retries: 2 },
      labels: { team: 'shop' },
    };
    expect(body(definition, { KEY: 's3cr3t' })).toEqual({
      Image: 'shop/batch:1',
      Cmd: ['run', '--fast'],
      Entrypoint: ['/bin/tini', '--'],
      Env: ['RATE=5', 'KEY=s3cr3t'],
      User: '1000:1000',
      WorkingDir: '/srv',
      Labels: { team: 'shop', ours: 'yes' },
      StopSignal: 'SIGINT',
      StopTimeout: 3,
      Healthcheck: { Test: ['CMD', 'check'], Interval: 5e9, Timeout: 1e9, StartPeriod: 1e10, Retries: 2 },
      ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
      HostConfig: {
        RestartPolicy: { Name: 'no' },
        NanoCpus: 5e8,
        Memory: 64 * 1024 * 1024,
        PidsLimit: 100,
        PortBindings: {
          '8080/tcp': [{ HostPort: '', HostIp: '' }],
          '53/udp': [{ HostPort: '5353', HostIp: '127.0.0.1' }],
        },
        Mounts: [
          { Type: 'bind', Source: '/srv/data', Target: '/data', ReadOnly: true },
          { Type: 'volume', Source: 'cache', Target: '/cache', ReadOnly: false },
          { Type: 'tmpfs', Target: '/tmp', ReadOnly: false, TmpfsOptions: { SizeBytes: 16 * 1024 * 1024 } },
        ],
        NetworkMode: 'shop',
        ReadonlyRootfs: true,
        Privileged: false,
        Init: true,
        CapAdd: ['NET_ADMIN'],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ExtraHosts: ['db:10.0.0.5'],
      },
    });
  });

  it('publishes nothing on the network of the machine, whose ports it has itself', () => {
    const { HostConfig } = body({ image: 'a', network: 'host', ports: [{ containerPort: 80 }] });
    expect(HostConfig).toMatchObject({ NetworkMode: 'host', PortBindings: {} });
  });

  it("turns the image's health check off with an empty command", () => {
    expect(body({ image: 'a', healthCheck: { command: [] } })['Healthcheck']).toEqual({ Test: ['NONE'] });
  });

  it('never lets a label of its own take the place of one of ours', () => {
    expect(body({ image: 'a', labels: { ours: 'no' } })['Labels']).toEqual({ ours: 'yes' });
  });
});

describe('one instance', () => {
  it('takes what the definition states, and something where it is silent', () => {
    expect(footprintOf({ cpus: 2, mem: 512 })).toEqual({ cpus: 2, mem: 512, disk: 0, gpus: 0 });
    expect(footprintOf({})).toEqual({ cpus: 0.1, mem: 128, disk: 0, gpus: 0 });
  });

  it.each([
    [undefined, 10],
    ['0s', 0],
    ['1ms', 1],
    ['1m', 60],
  ])('has %s to stop: %s s', (stopGrace, seconds) => {
    expect(graceSecondsOf(stopGrace === undefined ? {} : { stopGrace })).toBe(seconds);
  });
});

describe('labels', () => {
  const origin = {
    app: '/shop/batch',
    owner: 'default/shop',
    generation: 2,
    definition: { image: 'a', env: { RATE: '5' } },
    secretNames: ['KEY'],
  };

  it('say where a container comes from, and hold no value of a secret', () => {
    const labels = labelsOf(origin);
    expect(originOf(labels)).toEqual(origin);
    expect(labels['microscaling.io/policy']).toBe('default/shop');
  });

  it.each([
    ['no app', { 'microscaling.io/app': '' }],
    ['no policy', { 'microscaling.io/policy': '' }],
    ['a generation that is none', { 'microscaling.io/generation': 'two' }],
    ['a definition that is none', { 'microscaling.io/definition': '{' }],
  ])('with %s are not ours', (_, change) => {
    expect(originOf({ ...labelsOf(origin), ...change })).toBeUndefined();
  });

  it('have the same hash for the same definition in another order', () => {
    expect(definitionHash({ a: 1, b: { c: 2, d: 3 } })).toBe(definitionHash({ b: { d: 3, c: 2 }, a: 1 }));
    expect(definitionHash({ a: 1 })).not.toBe(definitionHash({ a: 2 }));
  });
});

describe('the name of a container', () => {
  it.each([
    ['/shop/batch', 'shop-batch-800000'],
    ['///', 'app-800000'],
    [`/${'a'.repeat(200)}`, `${'a'.repeat(100)}-800000`],
  ])('of %s is one that the engine takes', (app, expected) => {
    expect(containerName(app, () => 0.5)).toBe(expected);
  });
});
