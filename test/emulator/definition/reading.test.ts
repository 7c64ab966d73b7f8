// Which bodies have the shape of an app: types, bounds, and what null, defaults and unknown fields mean.

import { describe, expect, it } from 'vitest';
import { readApp, readNewApp } from '../../../src/emulator/definition/complete.ts';
import { define, refusal } from './define.ts';

describe('a field', () => {
  it.each([
    [{ cpus: '1' }, '/cpus: error.expected.jsnumber'],
    [{ cpus: -1 }, '/cpus: error.min'],
    [{ instances: 1.5 }, '/instances: error.expected.int'],
    [{ instances: 99_999_999_999 }, '/instances: error.expected.int'],
    [{ instances: 1e308 }, '/instances: error.expected.int'],
    [{ instances: -1 }, '/instances: error.min'],
    [{ backoffFactor: 0.99 }, '/backoffFactor: error.min'],
    [{ cmd: '' }, '/cmd: error.minLength'],
    [{ cmd: ['a'] }, '/cmd: error.expected.jsstring'],
    [{ args: 'a' }, '/args: error.expected.jsarray'],
    [{ args: ['a', null] }, '/args(1): error.expected.jsstring'],
    [{ labels: { a: null } }, '/labels/a: error.expected.jsstring'],
    [{ labels: ['a'] }, '/labels: error.expected.jsobject'],
    [{ env: { A: 1 } }, '/env/A: error.expected.jsobject'],
    [{ env: { A: {} } }, '/env/A/secret: error.path.missing'],
    [{ constraints: ['hostname'] }, '/constraints(0): error.expected.jsarray'],
    [{ executor: '/a//b' }, '/executor: error.pattern'],
    [{ killSelection: 'RANDOM' }, '/killSelection: error.unknown.enum.literal'],
    [{ portDefinitions: [{ port: 65_536 }] }, '/portDefinitions(0)/port: error.max'],
    [{ portDefinitions: [{ name: '' }] }, '/portDefinitions(0)/name: error.minLength | error.pattern'],
    [{ networks: [{ name: 'x'.repeat(64) }] }, '/networks(0)/name: error.maxLength'],
    [{ fetch: [{}] }, "/fetch(0)/uri: 'uri' is undefined on object: {}"],
    [{ fetch: ['http://a'] }, '/fetch(0)/uri: "http://a" is not an object'],
    [{ secrets: { s: null } }, '/secrets/s/source: null is not an object'],
    [
      { upgradeStrategy: { minimumHealthCapacity: 2 } },
      `/upgradeStrategy/maximumOverCapacity: 'maximumOverCapacity' is undefined on object: {"minimumHealthCapacity":2}; ` +
        '/upgradeStrategy/minimumHealthCapacity: error.max',
    ],
    [{ healthChecks: [{ command: 'true' }] }, '/healthChecks(0)/command: error.expected.jsobject'],
    [
      { healthChecks: [{ gracePeriodSeconds: 2 ** 31 }] },
      '/healthChecks(0)/gracePeriodSeconds: error.expected.int',
    ],
    [{ check: { exec: { command: {} } } }, "/check/exec/command/argv: 'argv' is undefined on object: {}"],
    [
      { readinessChecks: [{ httpStatusCodesForReady: [] }] },
      '/readinessChecks(0)/httpStatusCodesForReady: error.minLength',
    ],
    [
      { unreachableStrategy: { inactiveAfterSeconds: 0.5 } },
      '/unreachableStrategy/inactiveAfterSeconds: error.expected.long',
    ],
    [
      { container: { volumes: [{ containerPath: '/a', mode: 'RW' }] } },
      `/container/volumes(0)/hostPath: 'hostPath' is undefined on object: {"containerPath":"/a","mode":"RW"}`,
    ],
    [{ container: { docker: { image: null } } }, '/container/docker/image: error.expected.jsstring'],
    [{ container: { linuxInfo: { ipcInfo: {} } } }, '/container/linuxInfo/ipcInfo/mode: error.path.missing'],
    [{ version: 'yesterday' }, '/version: error.expected.date.isoformat'],
    [{ role: '' }, '/role: error.minLength'],
  ])('is refused with the value %j', (body, problem) => expect(refusal(body)).toBe(`422 ${problem}`));

  it('says everything that is wrong at once', () =>
    expect(refusal({ cpus: 'much', mem: -1, fetch: [{}] })).toBe(
      "422 /cpus: error.expected.jsnumber; /fetch(0)/uri: 'uri' is undefined on object: {}; /mem: error.min",
    ));

  it.each([
    'cpus',
    'container',
    'labels',
    'healthChecks',
    'portDefinitions',
    'upgradeStrategy',
    'tty',
    'user',
  ])('is not given when it is null: %s', (name) => expect(define({ [name]: null })).toEqual(define({})));

  it('is not given when it is null at any depth', () => {
    const nulls = { path: null, port: null, command: null, delaySeconds: null, colour: null };
    expect(define({ healthChecks: [nulls] })).toEqual(define({ healthChecks: [{}] }));
  });

  it('vanishes when it is unknown', () =>
    expect(define({ cpu: 2, fetch: [{ uri: 'http://h/x', colour: 'red' }] })).toEqual(
      define({ fetch: [{ uri: 'http://h/x' }] }),
    ));

  it('is read in any letter case where it has a word from a list', () =>
    expect(define({ killSelection: 'oldest_first', portDefinitions: [{ protocol: 'UDP' }] })).toMatchObject({
      killSelection: 'OLDEST_FIRST',
      portDefinitions: [{ protocol: 'udp' }],
    }));

  it('falls back to its default in a lenient reader', () =>
    expect(
      define({
        container: { type: 'MESOS', linuxInfo: { seccomp: { profileName: 'p', unconfined: 'no' } } },
      }).container?.linuxInfo,
    ).toEqual({ seccomp: { profileName: 'p', unconfined: false } }));
});

describe('a body', () => {
  it.each([
    [{ cmd: 'x' }, `'id' is undefined on object: {"cmd":"x"}`],
    ['text', '"text" is not an object'],
    [[], '[] is not an object'],
    [null, 'null is not an object'],
  ])('%j has no id', (body, error) =>
    expect(() => readNewApp(body)).toThrow(
      expect.objectContaining({ extra: { details: [{ path: '/id', errors: [error] }] } }),
    ),
  );

  it('names what an update changes, and nothing appears by itself', () =>
    expect(readApp({ instances: 3, cmd: null, healthChecks: [{}] })).toEqual({
      instances: 3,
      healthChecks: [expect.objectContaining({ protocol: 'HTTP', intervalSeconds: 60 })],
    }));

  it('is refused with its place in a list of updates', () =>
    expect(() => readApp({ cpus: true }, '(2)')).toThrow(
      expect.objectContaining({
        extra: { details: [{ path: '(2)/cpus', errors: ['error.expected.jsnumber'] }] },
      }),
    ));
});
