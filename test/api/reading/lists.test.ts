import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../src/app/policies/schema.ts';

const item = (name: string, slots = 3): string =>
  `{ apiVersion: microscaling.io/v1alpha1, kind: CapacityPool, metadata: { name: ${name} }, spec: { capacity: { slots: ${slots} } } }`;
const listOf = (...items: readonly string[]): string =>
  `apiVersion: v1\nkind: List\nitems:\n${items.map((text) => `- ${text}\n`).join('')}`;

function namesOf(text: string): readonly string[] {
  return loadPolicies(text, 'f.yaml').resources.map(({ resource }) => resource.metadata.name);
}

describe('lists', () => {
  it.each([
    ['of kubectl get', listOf(item('a'), item('b'))],
    [
      'of our own get',
      listOf(item('a'), item('b')).replace(
        'apiVersion: v1\nkind: List',
        'apiVersion: microscaling.io/v1alpha1\nkind: CapacityPoolList\nmetadata: { resourceVersion: "7" }',
      ),
    ],
    [
      'whose items leave kind and version to it',
      'apiVersion: microscaling.io/v1alpha1\nkind: CapacityPoolList\nitems:\n' +
        '- { metadata: { name: a }, spec: { capacity: { slots: 1 } } }\n- { metadata: { name: b }, spec: { capacity: { slots: 1 } } }\n',
    ],
    [
      'within lists',
      listOf(`{ kind: List, items: [ ${item('a')}, { kind: List, items: [${item('b')}] } ] }`),
    ],
    ["of somebody else's kind with ours in it", listOf(item('a'), item('b')).replace('List', 'ThingList')],
    [
      'as JSON in one line',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pool('a'), pool('b')] }),
    ],
    ['beside documents', `${item('a')}\n---\n${listOf(item('b'))}`],
  ])('%s are read as their items', (_, text) => {
    expect(namesOf(text)).toEqual(['a', 'b']);
    expect(loadPolicies(text, 'f.yaml')).toMatchObject({ problems: [], identified: true, unsure: [] });
  });

  it('place a problem at its item', () => {
    expect(loadPolicies(listOf(item('a'), item('b', 0)), 'f.yaml')).toMatchObject({
      resources: [{ line: 4, resource: { metadata: { name: 'a' } } }],
      invalid: [{ kind: 'CapacityPool', key: 'default/b', line: 5 }],
      problems: [
        {
          line: 5,
          pointer: '/items/1/spec/capacity/slots',
          object: 'CapacityPool default/b',
          message: 'spec.capacity.slots must be at least 1, but is 0',
        },
      ],
    });
  });

  it("skip other programs' objects, and refuse a name that stands twice", () => {
    const foreign = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: x } }';
    const { problems } = loadPolicies(listOf(item('a'), foreign, item('a')), 'f.yaml');
    expect(problems.map(({ severity, pointer, line }) => `${severity} ${pointer} ${line}`)).toEqual([
      'error /items/0/metadata/name 4',
      'warning /items/1 5',
      'error /items/2/metadata/name 6',
    ]);
  });

  it('hold nothing when they say so', () => {
    expect(loadPolicies('apiVersion: v1\nkind: List\nitems: []', 'f.yaml')).toMatchObject({
      resources: [],
      identified: true,
      unsure: [],
    });
  });

  it.each([
    ['without items', 'apiVersion: v1\nkind: List', 'items must be a list of objects; of none it is []'],
    ['whose items are empty', 'apiVersion: v1\nkind: List\nitems:', 'items must be a list of objects'],
    ['whose items are a mapping', `kind: List\nitems: ${item('a')}`, 'items must be a list of objects'],
    ['that say items twice', `${listOf(item('a'))}items: []`, 'items stands twice, again in line 5'],
    [
      'ten deep',
      deep(10),
      'items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items is a list within 8 lists',
    ],
  ])('%s are refused, and prove no absence', (_, text, message) => {
    const { problems, identified } = loadPolicies(text, 'f.yaml');
    expect(problems).toMatchObject([{ severity: 'error', message: expect.stringContaining(message) }]);
    expect(identified).toBe(false);
  });

  it('whose aliases cannot be read tell the names in them', () => {
    const { identified, unsure } = loadPolicies(listOf(item('a'), '*nowhere'), 'f.yaml');
    expect({ identified, unsure }).toEqual({ identified: false, unsure: ['a'] });
  });

  it('have no more items than a text has documents', () => {
    const { resources, problems } = loadPolicies(
      listOf(...Array.from({ length: 2_001 }, () => '{}')),
      'f.yaml',
    );
    expect(resources).toEqual([]);
    expect(problems).toMatchObject([
      { message: 'has 2001 documents; at most 2000 are read from one text: split it' },
    ]);
  });
});

describe('the output of a server', () => {
  it('is read back: status, managed fields, versions and empty fields are passed over', () => {
    const printed = {
      ...pool('a'),
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: 'u',
        resourceVersion: '7',
        generation: 3,
        creationTimestamp: null,
        labels: null,
        managedFields: [{ manager: 'kubectl' }],
        selfLink: '/apis/x',
        deletionGracePeriodSeconds: 0,
        generateName: 'a-',
      },
      status: { of: 'another version' },
    };
    expect(loadPolicies(JSON.stringify(printed), 'f.json')).toMatchObject({
      problems: [],
      resources: [{ resource: { metadata: { name: 'a' } } }],
    });
  });
});

function pool(name: string): object {
  const spec = { capacity: { slots: 3 } };
  return { apiVersion: 'microscaling.io/v1alpha1', kind: 'CapacityPool', metadata: { name }, spec };
}

function deep(levels: number): string {
  return `${'{ kind: List, items: ['.repeat(levels)}${item('a')}${'] }'.repeat(levels)}`;
}
