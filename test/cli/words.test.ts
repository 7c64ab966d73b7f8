import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import { durationText } from '../../src/api/duration.ts';
import { pathOf, targetOf, targetOfDocument } from '../../src/cli/client/kinds.ts';
import type { PolicyObject } from '../../src/cli/client/policy-object.ts';
import { readiness } from '../../src/cli/commands/objects/apply.ts';
import { wordsOf } from '../../src/cli/commands/objects/override.ts';
import { aPolicySpec } from '../support/builders.ts';

const API = '/apis/microscaling.io/v1alpha1';

describe('the resource named on a command line', () => {
  it.each([
    { words: [], path: '/microscalingpolicies' },
    { words: ['shop'], path: '/namespaces/default/microscalingpolicies/shop' },
    { words: ['eu/shop'], path: '/namespaces/eu/microscalingpolicies/shop' },
    { words: ['shop'], namespace: 'eu', path: '/namespaces/eu/microscalingpolicies/shop' },
    { words: [], namespace: 'eu', path: '/namespaces/eu/microscalingpolicies' },
    { words: ['pools'], path: '/capacitypools' },
    { words: ['pool', 'shared'], path: '/namespaces/default/capacitypools/shared' },
    { words: ['pool/shared'], path: '/namespaces/default/capacitypools/shared' },
    { words: ['capacitypools.microscaling.io'], path: '/capacitypools' },
    { words: ['interventions'], path: '/interventions' },
    { words: ['msi/launch'], path: '/namespaces/default/interventions/launch' },
    { words: ['msp/shop'], path: '/namespaces/default/microscalingpolicies/shop' },
    { words: ['policy/pool'], path: '/namespaces/default/microscalingpolicies/pool' },
    { words: ['MicroscalingPolicy', 'eu/shop'], path: '/namespaces/eu/microscalingpolicies/shop' },
    { words: ['../../x'], path: '/namespaces/../microscalingpolicies/..%2Fx' },
  ])('$words in $namespace', ({ words, namespace, path }) => {
    expect(pathOf(targetOf(words, namespace))).toBe(API + path);
  });

  it.each([
    { words: ['shop', 'mail'], says: /'shop' is no kind/ },
    { words: ['msp', 'shop', 'mail'], says: /one name at a time/ },
    { words: ['eu/shop'], namespace: 'us', says: /namespace eu, but --namespace says us/ },
  ])('refuses $words', ({ words, namespace, says }) => {
    expect(() => targetOf(words, namespace)).toThrow(says);
  });
});

describe('the place of a document', () => {
  const document = (metadata: object) =>
    ({ kind: 'MicroscalingPolicy', name: 'shop', object: { metadata }, place: 'shop.yaml:1' }) as const;

  it.each([
    [{ name: 'shop' }, undefined, 'default'],
    [{ name: 'shop' }, 'test', 'test'],
    [{ name: 'shop', namespace: 'test' }, undefined, 'test'],
    [{ name: 'shop', namespace: 'test' }, 'test', 'test'],
  ])('%j with --namespace %s: %s', (metadata, given, namespace) => {
    expect(targetOfDocument(document(metadata), given)).toMatchObject({ namespace, name: 'shop' });
  });

  it('refuses two namespaces, for apply and delete alike', () => {
    expect(() => targetOfDocument(document({ name: 'shop', namespace: 'test' }), 'prod')).toThrow(
      'shop.yaml:1: the namespace is test, but --namespace says prod',
    );
  });
});

describe('the words of override', () => {
  it.each([
    { words: ['consumer=8'], policies: [], wishes: [{ app: 'consumer', instances: 8 }] },
    {
      words: ['demo', 'consumer=0', 'rest=2'],
      policies: ['demo'],
      wishes: [
        { app: 'consumer', instances: 0 },
        { app: 'rest', instances: 2 },
      ],
    },
    { words: ['/shop/api=3'], policies: [], wishes: [{ app: '/shop/api', instances: 3 }] },
    { words: ['consumer=auto', 'demo'], policies: ['demo'], wishes: [{ app: 'consumer' }] },
    { words: ['consumer=law'], policies: [], wishes: [{ app: 'consumer' }] },
  ])('$words', ({ words, policies, wishes }) => {
    expect(wordsOf(words)).toEqual({ policies, wishes });
  });

  it.each([
    { words: ['consumer'], says: /APP=N, or APP=auto/ },
    { words: ['a', 'b', 'c=1'], says: /one policy at a time/ },
    { words: ['=3'], says: /names no app/ },
    { words: ['a=-1'], says: /whole number, or auto/ },
    { words: ['a=1.5'], says: /whole number/ },
    { words: ['a='], says: /whole number/ },
    { words: ['a=1e3'], says: /whole number/ },
  ])('refuses $words', ({ words, says }) => {
    expect(() => wordsOf(words)).toThrow(says);
  });
});

it.each([
  [3_600_000, '1h'],
  [5_400_000, '90m'],
  [45_000, '45s'],
  [1_500, '1500ms'],
])('%i ms is %s for the API', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

describe('readiness', () => {
  const condition = (type: Condition['type'], status: Condition['status'], message = ''): Condition => ({
    type,
    status,
    reason: 'NotRead',
    message,
    observedGeneration: 2,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const policy = (observedGeneration: number, conditions: readonly Condition[]): PolicyObject => ({
    metadata: { name: 'p', namespace: 'default', generation: 2 },
    spec: aPolicySpec(),
    status: { observedGeneration, conditions },
  });

  it('is only of the generation that was applied', () => {
    expect(readiness(policy(1, [condition('Ready', 'True')]))).toEqual({
      done: false,
      missing: 'the operator has not looked at it yet',
    });
    expect(readiness(policy(2, [condition('Ready', 'True')]))).toEqual({ done: true });
  });

  it('says what is missing', () => {
    const seen = readiness(
      policy(2, [
        condition('Ready', 'False', 'no'),
        condition('MetricsAvailable', 'False', 'the queue answered 403'),
        condition('Applied', 'True'),
      ]),
    );
    expect(seen).toEqual({ done: false, missing: 'MetricsAvailable: the queue answered 403 (NotRead)' });
  });
});
