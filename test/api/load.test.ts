import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { aPolicyWithSpec, problemsOf } from './documents.ts';

const good = aPolicyWithSpec('capacity: { slots: 3 }\napps: [{ name: a, priority: 1, remainder: {} }]');
const bad = good.replace('slots: 3', 'slots: 0').replace('name: shop', 'name: bad');
const foreign = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }';

describe('loading', () => {
  it('gives valid documents with defaults and their line, without status', () => {
    const { resources, problems, identified } = loadPolicies(
      `# one\n${good}\nstatus: { appCount: 1 }\n`,
      'f.yaml',
    );
    expect(problems).toEqual([]);
    expect(identified).toBe(true);
    expect(resources).toHaveLength(1);
    expect(resources[0]).toMatchObject({
      line: 2,
      resource: {
        kind: 'MicroscalingPolicy',
        metadata: { name: 'shop', namespace: 'default' },
        spec: { mode: 'Reconcile', interval: '500ms', onDelete: 'Retain', apps: [{ id: '/shop/a' }] },
      },
    });
    expect(resources[0]?.resource).not.toHaveProperty('status');
  });

  it('names the source, the object and the place of a problem', () => {
    expect(loadPolicies(bad, 'dir/f.yaml').problems).toEqual([
      {
        severity: 'error',
        source: 'dir/f.yaml',
        line: 5,
        pointer: '/spec/capacity/slots',
        object: 'MicroscalingPolicy default/bad',
        message: 'spec.capacity.slots must be at least 1, but is 0',
      },
    ]);
  });

  it('keeps good documents beside bad ones, whose names it knows', () => {
    const { resources, invalid, identified } = loadPolicies(`${bad}\n---\n${good}`, 'f.yaml');
    expect(resources.map(({ resource, line }) => [resource.metadata.name, line])).toEqual([['shop', 8]]);
    expect(invalid).toEqual([
      {
        kind: 'MicroscalingPolicy',
        key: 'default/bad',
        line: 5,
        message: 'spec.capacity.slots must be at least 1, but is 0',
      },
    ]);
    expect(identified).toBe(true);
  });

  it('counts the other problems of a refused document', () => {
    const { invalid } = loadPolicies(bad.replace('kind:', 'knd: 1\nkind:'), 'f.yaml');
    expect(invalid[0]?.message).toMatch(/ \(and 1 more\)$/);
  });

  it("skips other programs' objects with a warning", () => {
    const { resources, problems, invalid, identified } = loadPolicies(`${foreign}\n---\n${good}`, 'f.yaml');
    expect(resources).toHaveLength(1);
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'warning',
        'ConfigMap (v1) is skipped: here are read MicroscalingPolicy, CapacityPool and Intervention (microscaling.io/v1alpha1)',
      ],
    ]);
    expect([invalid, identified]).toEqual([[], true]);
  });

  it('refuses two documents of one name, each naming the other', () => {
    const { resources, invalid, problems } = loadPolicies(`${good}\n---\n${good}`, 'f.yaml');
    expect(resources).toEqual([]);
    expect(invalid.map(({ key, line }) => [key, line])).toEqual([
      ['default/shop', 3],
      ['default/shop', 10],
    ]);
    expect(problems.map(({ line, message }) => [line, message])).toEqual([
      [3, 'MicroscalingPolicy default/shop stands here and in line 8: keep one of them'],
      [10, 'MicroscalingPolicy default/shop stands here and in line 1: keep one of them'],
    ]);
  });

  it('takes one name in two namespaces, and for two kinds, as different objects', () => {
    const elsewhere = good.replace('name: shop', 'name: shop, namespace: blue');
    const pool =
      'apiVersion: microscaling.io/v1alpha1\nkind: CapacityPool\nmetadata: { name: shop }\nspec: { capacity: { slots: 3 } }';
    const { resources, problems } = loadPolicies([good, elsewhere, pool].join('\n---\n'), 'f.yaml');
    expect(problems).toEqual([]);
    expect(resources).toHaveLength(3);
  });
});

describe('a problem without a name', () => {
  it.each([
    ['broken YAML', 'a: ['],
    ['a document without a name', 'apiVersion: microscaling.io/v1alpha1\nkind: MicroscalingPolicy\nspec: {}'],
    ['a list', '- 1'],
    ['a word', 'hello'],
    ['a text that is too long', 'x'.repeat(2 ** 20 + 1)],
  ])('%s: absence proves nothing', (_, text) => {
    expect(loadPolicies(text, 'f.yaml')).toMatchObject({ identified: false, invalid: [] });
  });

  it.each([
    ['an unknown alias', `${good}\nx: *nowhere`],
    ['a key twice', `${good}\nkind: MicroscalingPolicy`],
    ['another version', good.replace('v1alpha1', 'v2')],
    ['too much of it', `${good}\na: &a [${'x,'.repeat(999)}]\nb: [${'*a,'.repeat(999)}]`],
  ])('%s: the name is known', (_, text) => {
    expect(loadPolicies(text, 'f.yaml')).toMatchObject({
      identified: true,
      resources: [],
      invalid: [{ key: 'default/shop' }],
    });
  });

  it.each([
    ['a misspelt kind', good.replace('MicroscalingPolicy', 'MicroscalingPolcy'), ['shop']],
    ['no kind', good.replace('kind: MicroscalingPolicy\n', ''), ['shop']],
    ['an unknown kind of our group', good.replace('MicroscalingPolicy', 'Microscaler'), ['shop']],
    ['a name that cannot be one', good.replace('name: shop', 'name: Shop_1'), ['Shop_1']],
    ['a text that does not parse', good.replace('spec:', 'spec: ]'), ['shop', 'a']],
    ['a text that does not parse and is not about us', 'metadata: { name: shop }\nspec: ]', []],
  ])('%s: what stood there before may be meant, and the names in it', (_, text, unsure) => {
    expect(loadPolicies(text, 'f.yaml')).toMatchObject({ identified: false, resources: [], unsure });
  });

  it.each([
    ['a kustomization', 'resources: [a.yaml]', 'a document without a kind is skipped'],
    ['values of a chart', 'image: { tag: 1 }\nname: shop', 'a document without a kind is skipped'],
    ['a chart', 'apiVersion: v2\nname: shop', 'a document without a kind is skipped'],
    ['a list of plays', '- hosts: all', 'a list is skipped'],
    ['a word', 'hello', 'a single value is skipped'],
  ])('%s can hold no policy: a warning, and nobody is in doubt', (_, text, message) => {
    const { problems, unsure } = loadPolicies(text, 'f.yaml');
    expect(problems).toMatchObject([{ severity: 'warning', message: expect.stringContaining(message) }]);
    expect(unsure).toEqual([]);
  });

  it('is not so for an empty text, in which nothing is', () => {
    expect(loadPolicies('', 'f.yaml')).toMatchObject({
      identified: true,
      problems: [{ severity: 'warning' }],
    });
  });
});

describe('documents that are none of ours, nearly', () => {
  it.each([
    [
      'kind misspelt',
      good.replace('MicroscalingPolicy', 'MicroscalingPolcy'),
      "error 2 /kind: kind is none of microscaling.io/v1alpha1's; did you mean MicroscalingPolicy?",
    ],
    [
      'kind missing',
      good.replace('kind: MicroscalingPolicy\n', ''),
      'error 1 : the document needs kind; there are MicroscalingPolicy, CapacityPool and Intervention',
    ],
    [
      'version of the future',
      good.replace('v1alpha1', 'v2'),
      "error 1 /apiVersion: apiVersion must be microscaling.io/v1alpha1, but is 'microscaling.io/v2'; did you mean microscaling.io/v1alpha1?",
    ],
    [
      'group misspelt',
      good.replace('microscaling.io/', 'microscaling.oi/'),
      "error 1 /apiVersion: apiVersion must be microscaling.io/v1alpha1, but is 'microscaling.oi/v1alpha1'; did you mean microscaling.io/v1alpha1?",
    ],
    [
      'no mapping',
      '- a',
      'warning 1 : a list is skipped: here are read MicroscalingPolicy, CapacityPool and Intervention (microscaling.io/v1alpha1)',
    ],
    [
      'a list of policies',
      `- ${good.replaceAll('\n', '\n  ')}`,
      'error 1 : the document must be a mapping with apiVersion, kind, metadata and spec, but is a list; several objects are documents with --- between them, or items of a kind: List',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});
