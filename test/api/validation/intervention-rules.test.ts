// What an intervention may say: each mistake with its place.

import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../src/app/policies/schema.ts';

function problemsOf(spec: object): readonly string[] {
  const document = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'Intervention',
    metadata: { name: 'one' },
    spec: { policyRef: { name: 'shop' }, ...spec },
  };
  const { problems } = loadPolicies(JSON.stringify(document), 'f');
  return problems.map(({ pointer, message }) => `${pointer}: ${message}`);
}

describe('an intervention', () => {
  it.each([
    { type: 'Pause', for: '1h' },
    { type: 'Pause', for: '8784h' },
    { type: 'Pause', until: '2026-01-31T02:10:00Z' },
    { type: 'Override', app: 'web', instances: 0, for: '24h' },
    { type: 'PutBack', app: 'web' },
    { type: 'PutBack', app: 'web', for: '5m' },
    { type: 'Keep', app: 'web', for: '24h' },
  ])('is well formed: %j', (spec) => {
    expect(problemsOf(spec)).toEqual([]);
  });

  it.each([
    [{ type: 'Pause' }, /^\/spec: spec needs for or until: a Pause ends by itself/],
    [{ type: 'Pause', for: '1h', app: 'web' }, /^\/spec\/app: a Pause is of the whole policy/],
    [{ type: 'Pause', for: '1h', instances: 1 }, /^\/spec\/instances: a Pause has no count/],
    [{ type: 'Pause', for: '8785h' }, /^\/spec\/for: spec\.for is at most 8784h/],
    [{ type: 'Override', instances: 1, for: '1h' }, /^\/spec: spec needs app/],
    [{ type: 'Override', app: 'web', for: '1h' }, /^\/spec: spec needs instances/],
    [{ type: 'Override', app: 'web', instances: 1, for: '25h' }, /^\/spec\/for: spec\.for is at most 24h/],
    [{ type: 'Override', app: 'web', instances: -1, for: '1h' }, /^\/spec\/instances: /],
    [{ type: 'Keep', for: '1h' }, /^\/spec: spec needs app: a Keep is of one app/],
    [{ type: 'Keep', app: 'web' }, /^\/spec: spec needs for or until: a Keep ends by itself/],
    [{ type: 'Keep', app: 'web', for: '25h' }, /^\/spec\/for: spec\.for is at most 24h/],
    [{ type: 'PutBack' }, /^\/spec: spec needs app: a PutBack is of one app/],
    [{ type: 'Pause', for: '0s' }, /^\/spec\/for: /],
    [{ type: 'Pause', until: 'tomorrow' }, /^\/spec\/until: spec\.until must be a time/],
    [{ type: 'Pause', for: '1h', until: '2026-01-31T02:10:00Z' }, /^\/spec\/until: .*exclude each other/],
    [{ type: 'Stop', for: '1h' }, /^\/spec\/type: /],
  ])('is refused: %j', (spec, says) => {
    expect(problemsOf(spec)).toEqual([expect.stringMatching(says)]);
  });
});
