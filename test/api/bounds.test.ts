// What one text can cost, and how much is said about it: the largest ones that 1 MiB can hold.

import { describe, expect, it } from 'vitest';
import { structureCheck } from '../../src/api/validation/structure.ts';
import { loadPolicies, policySchema } from '../../src/app/policies/schema.ts';

const HEAD = { apiVersion: 'microscaling.io/v1alpha1', kind: 'MicroscalingPolicy', metadata: { name: 'p' } };
const APPS = [{ name: 'a', priority: 1, instances: { min: 1 }, remainder: {} }];
const LONG = 'x'.repeat(300_000);

function numbered(count: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`field${i}`, value]));
}

function policy(spec: object, more: object = {}): string {
  return JSON.stringify({ ...HEAD, spec: { capacity: { slots: 1 }, apps: APPS, ...spec }, ...more });
}

describe('a text with more mistakes than anybody reads', () => {
  it.each([
    ['unknown fields', policy(numbered(60_000, 1)), '59,980'],
    ['apps that are none', policy({ apps: Array.from({ length: 60_000 }, () => 1) }), '59,981'],
    ['labels', policy({}, { metadata: { name: 'p', labels: numbered(60_000, 1) } }), '59,980'],
  ])('names the first twenty of its %s and counts the rest', (_, text, left) => {
    const { problems, invalid } = loadPolicies(text, 'f');
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toBe(`and ${left} more problems in this document`);
    expect(invalid).toHaveLength(1);
  });

  it('puts into words no more than it may show', () => {
    const document: unknown = JSON.parse(policy(numbered(60_000, 1)));
    const { findings, uncounted } = structureCheck(policySchema)(document);
    expect([findings.length, findings.length + uncounted]).toEqual([200, 60_000]);
  });

  it('counts remarks as remarks where the last app has the error', () => {
    const target = { metric: { random: { min: 1, max: 9, period: '10s', seed: 1 } }, queueLength: 5 };
    const remarked = { priority: 1, instances: { min: 0, max: 2 }, targets: [{ ...target, max: 3 }] };
    const apps = [
      ...Array.from({ length: 30 }, (_, i) => ({ name: `a${i}`, ...remarked })),
      { name: 'last', ...remarked, remainder: {} },
    ];
    const { problems } = loadPolicies(policy({ apps }), 'f');
    expect(problems.map(({ severity }) => severity).filter((severity) => severity === 'error')).toHaveLength(
      1,
    );
    expect(problems.at(-1)).toMatchObject({
      severity: 'warning',
      message: 'and 43 more problems in this document',
    });
  });

  it('tells two hundred of all documents together, and refuses each by its name', () => {
    const bad = policy(numbered(30, 1));
    const text = Array.from({ length: 500 }, (_, i) => `---\n${bad.replace('"p"', `"p${i}"`)}\n`).join('');
    const { problems, invalid, identified } = loadPolicies(text, 'f');
    expect(problems.length).toBeLessThan(230);
    expect(problems.at(-1)?.message).toMatch(/^and [\d,]+ more problems in 490 more documents$/);
    expect([invalid.length, identified]).toEqual([500, true]);
  });
});

describe('a text that is too much to be looked at', () => {
  it('knows the name of a document with half a million values', () => {
    const text = JSON.stringify({ ...HEAD, spec: Array.from({ length: 400_000 }, () => 1) });
    const { problems, invalid, identified } = loadPolicies(text, 'f');
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^has 4000\d\d values .*at most 200000 are read$/),
    ]);
    expect([invalid.map(({ key }) => key), identified]).toEqual([['default/p'], true]);
  });

  it.each([
    ['brackets', policy({ apps: 0 }).replace('"apps":0', `"apps":${'['.repeat(500_000)}`)],
    ['mappings', '{a: '.repeat(250_000)],
    ['lists of lists', '- '.repeat(250_000)],
    ['keys of keys', '? '.repeat(250_000)],
  ])('refuses %s by their depth', (_, text) => {
    const { problems } = loadPolicies(text, 'f');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/nesting exceeded maxDepth|levels deep/);
  });
});

describe('a text with something very long in it', () => {
  it.each([
    ['a key', policy({ [LONG]: 1 })],
    ['a key of a definition', policy({ apps: [{ ...APPS[0], app: { cmd: 'xx', labels: { [LONG]: 1 } } }] })],
    ['a kind', policy({}, { kind: LONG })],
    ['another kind', policy({}, { kind: LONG, apiVersion: LONG })],
    ['a name', policy({}, { metadata: { name: LONG } })],
    ['a namespace', policy({}, { metadata: { name: 'p', namespace: LONG } })],
    ['a choice', policy({ mode: LONG })],
    ['a duration', policy({ interval: `${'1'.repeat(300_000)}s` })],
    ['an id', policy({ apps: [{ ...APPS[0], id: `/${'a-'.repeat(150_000)}!` }] })],
    ['an alias', `a: *${LONG}`],
    ['a tag', `a: !<${LONG}> x`],
  ])('repeats no more of %s than is needed to find it', (_, text) => {
    const { problems, invalid } = loadPolicies(text, 'f');
    expect(problems.length).toBeGreaterThan(0);
    const told = [...problems, ...invalid].map((each) => JSON.stringify(each).length);
    expect(Math.max(...told)).toBeLessThan(2_000);
  });
});
