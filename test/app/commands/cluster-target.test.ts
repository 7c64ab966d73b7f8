import { describe, expect, it } from 'vitest';
import { API_VERSION, type MarathonSpec, type Resource } from '../../../src/api/policy.ts';
import { clusterTarget, clusterTargetIfAny } from '../../../src/app/commands/cluster-target.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { aPolicySpec } from '../../support/builders.ts';

const A = 'http://a:8080';
const B = 'http://b:8080';
const token = { token: { fromEnv: 'TOKEN' } };

function policy(name: string, marathon?: MarathonSpec, pool?: string): Resource {
  return {
    apiVersion: API_VERSION,
    kind: 'MicroscalingPolicy',
    metadata: { name, namespace: 'default' },
    spec: aPolicySpec({ ...(marathon && { marathon }), ...(pool !== undefined && { pool }) }),
  };
}

function pool(name: string, marathon: MarathonSpec): Resource {
  return {
    apiVersion: API_VERSION,
    kind: 'CapacityPool',
    metadata: { name, namespace: 'default' },
    spec: { capacity: { slots: 10 }, marathon },
  };
}

describe('the Marathon that a command means', () => {
  it.each<{
    readonly name: string;
    readonly resources: readonly Resource[];
    readonly defaults: readonly string[];
    readonly marathon: MarathonSpec;
    readonly here?: readonly string[];
    readonly elsewhere?: readonly string[];
  }>([
    { name: 'that of --marathon without policies', resources: [], defaults: [A], marathon: { urls: [A] } },
    {
      name: 'that of --marathon for policies that name none',
      resources: [policy('x')],
      defaults: [A, B],
      marathon: { urls: [A, B] },
      here: ['x'],
    },
    {
      name: 'that of the policies, with their credentials and authority',
      resources: [
        policy('x', { urls: [B] }),
        policy('y', { urls: [`${B}/`], auth: token, caFile: '/ca.pem' }),
      ],
      defaults: [],
      marathon: { urls: [B], auth: token, caFile: '/ca.pem' },
      here: ['x', 'y'],
    },
    {
      name: 'the only one that policies name, before --marathon',
      resources: [policy('x', { urls: [B] })],
      defaults: [A],
      marathon: { urls: [B] },
      here: ['x'],
    },
    {
      name: 'of several the one that --marathon says, without the credentials of the others',
      resources: [policy('x', { urls: [A] }), policy('y', { urls: [B], auth: token })],
      defaults: [A],
      marathon: { urls: [A] },
      here: ['x'],
      elsewhere: ['default/y'],
    },
    {
      name: 'that of the pool for its members',
      resources: [pool('shared', { urls: [B], auth: token }), policy('x', undefined, 'shared')],
      defaults: [A],
      marathon: { urls: [B], auth: token },
      here: ['x'],
    },
    {
      name: 'credentials for the default Marathon',
      resources: [policy('x', { auth: token })],
      defaults: [A],
      marathon: { urls: [A], auth: token },
      here: ['x'],
    },
  ])('is $name', ({ resources, defaults, marathon, here = [], elsewhere = [] }) => {
    const target = clusterTarget(resources, defaults);
    expect(clusterTargetIfAny(resources, defaults)).toEqual(target);
    expect(target.marathon).toEqual(marathon);
    expect(target.policies.map(({ metadata }) => metadata.name)).toEqual(here);
    expect(target.elsewhere).toEqual(elsewhere);
  });

  it.each([
    { name: 'none is named', resources: [], defaults: [], words: /no Marathon is named/ },
    { name: 'policies name none', resources: [policy('x')], defaults: [], words: /no Marathon is named/ },
    {
      name: 'policies name several',
      resources: [policy('x', { urls: [A] }), policy('y', { urls: [B] })],
      defaults: [],
      words: /several Marathons \(http:\/\/a:8080; http:\/\/b:8080\)/,
    },
    {
      name: 'policies name several others',
      resources: [policy('x', { urls: [A] }), policy('y', { urls: [B] })],
      defaults: ['http://c:8080'],
      words: /say which one with --marathon/,
    },
  ])('is refused when $name', ({ resources, defaults, words }) => {
    expect(() => clusterTarget(resources, defaults)).toThrow(TerminalError);
    expect(() => clusterTarget(resources, defaults)).toThrow(words);
  });
});

describe('policies without an app on Marathon', () => {
  const off = (name: string, marathon?: MarathonSpec): Resource => {
    const on = policy(name, marathon);
    if (on.kind !== 'MicroscalingPolicy') throw new Error(on.kind);
    return { ...on, spec: { ...on.spec, apps: on.spec.apps.map(({ id: _, ...app }) => app) } };
  };

  it('need none, and are refused by what needs one', () => {
    const { marathon, policies } = clusterTargetIfAny([off('x')], []);
    expect(marathon).toBeUndefined();
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['x']);
    expect(() => clusterTarget([off('x')], [])).toThrow(/no Marathon is named/);
    expect(() => clusterTargetIfAny([off('x'), policy('y')], [])).toThrow(/no Marathon is named/);
  });

  it('are never elsewhere, and lend no credentials', () => {
    const resources = [off('x'), off('y', { urls: [B], auth: token }), policy('z', { urls: [A] })];
    const { marathon, policies, elsewhere } = clusterTargetIfAny(resources, [A]);
    expect(marathon).toEqual({ urls: [A] });
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['x', 'y', 'z']);
    expect(elsewhere).toEqual([]);
  });
});
