import { expect, it } from 'vitest';
import { defaultAppId } from '../../../src/api/schema/defaults.ts';
import { createTrust } from '../../../src/app/operator/trust.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { policyWith, SURROUNDINGS } from '../trust/judging.ts';

it.each([
  ['default', '/shop/api'],
  ['team', '/team/shop/api'],
])('the default id of an app in namespace %s is %s', (namespace, id) => {
  expect(defaultAppId({ name: 'shop', namespace }, 'api')).toBe(id);
  const text = policyWith({}).replace('"name":"shop"', `"name":"shop","namespace":"${namespace}"`);
  const [found] = loadPolicies(text, 'f.yaml').resources;
  expect(found?.resource).toMatchObject({ spec: { apps: [{ id }] } });
  expect(createTrust({}, SURROUNDINGS).loadUntrusted(text, 'f.yaml').invalid).toEqual([]);
});

it('the group of another namespace is not its own', () => {
  const text = policyWith({ app: { id: '/shop/api' } }).replace(
    '"name":"shop"',
    '"name":"shop","namespace":"team"',
  );
  expect(createTrust({}, SURROUNDINGS).loadUntrusted(text, 'f.yaml').invalid).toEqual([
    expect.objectContaining({
      reason: 'NotAllowed',
      message: expect.stringContaining('may have apps under /team/shop only, not /shop/api'),
    }),
  ]);
});
