// What is stored of an accepted definition, and what passes all rules and cannot be stored.

import { describe, expect, it } from 'vitest';
import { define, refusal } from './define.ts';

const TIMES = { gracePeriodSeconds: 300, intervalSeconds: 60, timeoutSeconds: 20, maxConsecutiveFailures: 3 };

describe('a health check', () => {
  it.each([
    [
      'HTTP forgets its delay and ignoreHttp1xx',
      { path: '/h', port: 80, delaySeconds: 3, ignoreHttp1xx: true },
      {
        ...TIMES,
        protocol: 'HTTP',
        path: '/h',
        port: 80,
        ignoreHttp1xx: false,
        ipProtocol: 'IPv4',
        delaySeconds: 15,
      },
    ],
    [
      'TCP forgets its path',
      { protocol: 'TCP', path: '/h', portIndex: 0 },
      { ...TIMES, protocol: 'TCP', portIndex: 0, ipProtocol: 'IPv4', delaySeconds: 15 },
    ],
    [
      'COMMAND forgets its port',
      { protocol: 'COMMAND', command: { value: 'true' }, portIndex: 0, delaySeconds: 3 },
      { ...TIMES, protocol: 'COMMAND', command: { value: 'true' }, ipProtocol: 'IPv4', delaySeconds: 3 },
    ],
    [
      'MESOS_HTTP keeps its delay',
      { protocol: 'MESOS_HTTP', path: '/h', portIndex: 0, delaySeconds: 3 },
      { ...TIMES, protocol: 'MESOS_HTTP', path: '/h', portIndex: 0, ipProtocol: 'IPv4', delaySeconds: 3 },
    ],
  ])('by %s', (_name, given, stored) =>
    expect(define({ healthChecks: [given] }).healthChecks).toEqual([stored]),
  );

  it('is stored once when it is there twice', () =>
    expect(define({ healthChecks: [{ delaySeconds: 1 }, { delaySeconds: 2 }] }).healthChecks).toHaveLength(
      1,
    ));
});

describe('a container', () => {
  const docker = { image: 'i:1', privileged: true, parameters: [{ key: 'a', value: 'b' }] };

  it('run by Docker keeps what the engine understands', () =>
    expect(define({ container: { docker } }).container).toEqual({
      type: 'DOCKER',
      docker: { ...docker, forcePullImage: false },
      volumes: [],
    }));

  it('run by Mesos forgets it', () =>
    expect(
      define({ container: { type: 'mesos', docker: { image: 'i:1', privileged: true } } }).container,
    ).toEqual({
      type: 'MESOS',
      docker: { image: 'i:1', privileged: false, parameters: [], forcePullImage: false },
      volumes: [],
    }));
});

describe('a strategy', () => {
  it.each([
    ['disabled', 'disabled'],
    ['anything', 'disabled'],
    [7, { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }],
    [{ expungeAfterSeconds: 5 }, { inactiveAfterSeconds: 0, expungeAfterSeconds: 5 }],
  ])('for what is unreachable: %j', (unreachableStrategy, stored) =>
    expect(define({ unreachableStrategy }).unreachableStrategy).toEqual(stored),
  );

  it('is refused when it waits for longer than a Duration can', () =>
    expect(refusal({ unreachableStrategy: { expungeAfterSeconds: 9_223_372_037 } })).toBe(
      '422 requirement failed: Duration is limited to +-(2^63-1)ns (ca. 292 years)',
    ));
});

it.each([
  [{ protocol: 'COMMAND' }, 'illegal protocol COMMAND for non-command health check'],
  [{ command: { value: 'true' } }, 'illegal protocol HTTP specified with command'],
  [
    { protocol: 'COMMAND', command: { value: 'true' }, path: '/h' },
    'Invalid combination of HealthCheck parameters in ' +
      'AppHealthCheck(Some(AppCommandCheck(true)),300,None,60,3,Some(/h),None,None,COMMAND,IPv4,20,15)',
  ],
])('the health check %j cannot be stored', (check, message) =>
  expect(refusal({ healthChecks: [check] })).toBe(`500 ${message}`),
);

it.each([
  [{}, 'illegal RAML Check: expected one of http, tcp or exec checks'],
  [{ http: {}, tcp: {} }, 'illegal RAML Check: expected one of http, tcp or exec checks'],
  [
    { exec: { command: { argv: ['a', 'b'] } } },
    'ArgvList(List(a, b)) (of class mesosphere.marathon.state.ArgvList)',
  ],
  [{ http: { scheme: 'HTTPS' } }, 'HTTPS (of class mesosphere.marathon.raml.HttpScheme$Https$)'],
])('the check %j cannot be stored', (check, message) => expect(refusal({ check })).toBe(`500 ${message}`));
