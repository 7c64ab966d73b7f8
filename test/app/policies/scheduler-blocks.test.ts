// An app names its scheduler by one block in the place of Marathon's fields; each scheduler owns the schema and the trust of its own.

import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { object, text } from '../../../src/api/schema/shapes.ts';
import { refused, type TrustRules } from '../../../src/api/trust/rules.ts';
import { createTrustCheck } from '../../../src/api/trust/trust.ts';
import { error } from '../../../src/api/validation/finding.ts';
import { resourceFormWith } from '../../../src/app/policies/schema.ts';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import { NOTHING_ALLOWED } from '../../support/values.ts';

const crate = {
  type: 'crate',
  schema: object(
    'A workload in a crate.',
    { name: text('Its name.', { minLength: 1 }), shelf: text('Where the crate stands.', { default: 'low' }) },
    { required: ['name'] },
  ),
  check: (block: Readonly<Record<string, unknown>>, pointer: string) =>
    block['shelf'] === 'none' ? [error(pointer, 'a crate needs a shelf')] : [],
  trust: (block: Readonly<Record<string, unknown>>, pointer: string, { rules }: { rules: TrustRules }) =>
    rules.docker === true || block['name'] === 'safe'
      ? []
      : [refused(pointer, 'may not open crates', '--allow-docker')],
};
const barrel = { ...crate, type: 'barrel' };
const form = resourceFormWith(METRIC_SOURCES, [crate, barrel]);

function load(app: Readonly<Record<string, unknown>>) {
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 6 },
      apps: [{ name: 'front', priority: 1, remainder: {}, ...app }],
    },
  };
  return form.loadPolicies(dump(policy), 'f');
}
const messages = (app: Readonly<Record<string, unknown>>) => load(app).problems.map(({ message }) => message);

describe('the block of a scheduler', () => {
  it('is filled with its defaults, and its app has no id of Marathon', () => {
    const { resources, problems } = load({ crate: { name: 'workers' } });
    expect(problems).toEqual([]);
    const resource = resources[0]?.resource;
    const app = resource?.kind === 'MicroscalingPolicy' ? resource.spec.apps[0] : undefined;
    expect(app).toMatchObject({ crate: { name: 'workers', shelf: 'low' } });
    expect(app).not.toHaveProperty('id');
  });

  it.each([
    [
      'two blocks',
      { crate: { name: 'a' }, barrel: { name: 'a' } },
      'spec.apps[0] has crate and barrel, which exclude each other: keep one of them',
    ],
    [
      'an id',
      { crate: { name: 'a' }, id: '/a' },
      'spec.apps[0] has crate and id, which exclude each other: keep one of them',
    ],
    [
      'a definition',
      { crate: { name: 'a' }, app: { cmd: 'sleep 1' } },
      'spec.apps[0] has crate and app, which exclude each other: keep one of them',
    ],
    [
      'an adoption',
      { crate: { name: 'a' }, adopt: true },
      'spec.apps[0].adopt goes with an app of Marathon, and this one names crate: remove it',
    ],
    [
      'variables',
      { crate: { name: 'a' }, envFrom: [{ name: 'A', from: { fromEnv: 'A' } }] },
      'spec.apps[0].envFrom goes with an app of Marathon, and this one names crate: remove it',
    ],
    ['what its schema refuses', { crate: { name: 'a', size: 3 } }, /spec\.apps\[0\]\.crate.*size/],
    ['what its own rules refuse', { crate: { name: 'a', shelf: 'none' } }, 'a crate needs a shelf'],
  ])('is refused beside or with %s', (_, app, message) => {
    expect(messages(app)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  it('is written back as it was read: what the server filled in is no mistake', () => {
    const [first] = load({ crate: { name: 'a' } }).resources;
    const again = form.loadPolicies(JSON.stringify(first?.resource), 'f');
    expect(again.problems).toEqual([]);
    expect(again.resources[0]?.resource).toEqual(first?.resource);
  });

  it('is judged by its own scheduler where its author is not trusted', () => {
    const judge = (name: string, more: Partial<TrustRules> = {}) => {
      const [loaded] = load({ crate: { name } }).resources;
      if (loaded === undefined) throw new Error('it is not valid');
      return createTrustCheck(
        { ...NOTHING_ALLOWED, ...more },
        METRIC_SOURCES,
        form.schedulerBlocks,
      )(loaded.resource).map(({ message }) => message);
    };
    expect(judge('other')).toEqual([
      'spec.apps[0].crate: this policy may not open crates: start the operator with --allow-docker',
    ]);
    expect(judge('safe')).toEqual([]);
    expect(judge('other', { docker: true })).toEqual([]);
  });

  it('is named in the schema that Kubernetes and editors get, with what it excludes', () => {
    const apps = form.policySchema.properties?.['spec']?.properties?.['apps']?.items;
    expect(apps?.properties?.['crate']).toEqual(crate.schema);
    expect(apps?.allOf).toContainEqual({ not: { required: ['crate', 'barrel'] } });
  });
});
