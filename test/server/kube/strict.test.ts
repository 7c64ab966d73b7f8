// Requests that could mean two things, or nothing, are refused with a sentence that says which part of them.

import { describe, expect, it } from 'vitest';
import { ALL_POLICIES, aPolicy, aWorld, POLICIES } from './world.ts';

const LIST = 'MicroscalingPolicyList';

describe('a query', () => {
  it.each([
    ['limit=&limit=_', /limit is given twice/],
    ['limit=1&limit=1', /limit is given twice/],
    ['watch=false&watch=true', /watch is given twice/],
    ['labelSelector=a&labelSelector=b', /labelSelector is given twice/],
    ['fieldSelector=metadata.name=a&fieldSelector=metadata.name=b', /fieldSelector is given twice/],
    ['continue=&continue=x', /continue is given twice/],
    ['resourceVersion=0&resourceVersion=1', /resourceVersion is given twice/],
    [`${'x'.repeat(500)}=1&${'x'.repeat(500)}=2`, /^x{80}… is given twice/],
    ['limit=', /limit: '' is not a whole number/],
    ['limit=-1', /limit: '-1' is not a whole number/],
    ['limit=1e3', /limit: '1e3' is not a whole number/],
    ['limit=0x10', /limit: '0x10' is not a whole number/],
    ['limit=99999999999999999999', /is not a whole number/],
    ['timeoutSeconds=', /timeoutSeconds: '' is not a whole number/],
    ['watch=yes', /watch: 'yes' is neither true nor false/],
    ['resourceVersion=x', /resourceVersion: 'x' is not a whole number/],
    ['resourceVersionMatch=exact', /resourceVersionMatch: 'exact' is none of Exact, NotOlderThan/],
    ['limit=%', /the query is not well encoded/],
    ['labelSelector=%ff', /the query is not well encoded/],
  ])('with %s is refused', async (query, message) => {
    const { ask } = aWorld();
    const { status, body } = await ask('GET', `${ALL_POLICIES}?${query}`);
    expect([status, body.reason]).toEqual([400, 'BadRequest']);
    expect(body.message).toMatch(message);
  });

  it('for a table with an unknown includeObject is refused', async () => {
    const { ask } = aWorld();
    const headers = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
    const { status, body } = await ask('GET', `${ALL_POLICIES}?includeObject=All`, undefined, { headers });
    expect([status, body.message]).toEqual([400, "includeObject: 'All' is none of None, Metadata, Object"]);
  });

  it.each(['fieldValidation=Loose', 'dryRun=Some', 'fieldManager=a&fieldManager=b'])(
    'of a write with %s writes nothing',
    async (query) => {
      const { ask } = aWorld();
      expect((await ask('POST', `${POLICIES}?${query}`, aPolicy('a'))).status).toBe(400);
      expect((await ask('GET', ALL_POLICIES)).body.items).toEqual([]);
    },
  );

  it.each([
    'limit=0',
    'limit=500&resourceVersion=',
    'resourceVersion=0&resourceVersionMatch=NotOlderThan',
    'labelSelector=&fieldSelector=',
    'continue=',
    'watch=0&allowWatchBookmarks=true',
    'unknown=1',
  ])('with %s is answered', async (query) => {
    const { status, body } = await aWorld().ask('GET', `${ALL_POLICIES}?${query}`);
    expect([status, body.kind]).toEqual([200, LIST]);
  });
});

describe('a body', () => {
  const expected = 'expected is a MicroscalingPolicy (microscaling.io/v1alpha1), as a JSON object';
  it.each([
    ['nothing', undefined, 'the body is empty'],
    ['null', null, 'the body is null'],
    ['a list', [], 'the body is a list'],
    ['a text', '"x"', 'the body is a text'],
    ['a number', 3, 'the body is the number 3'],
    ['true', true, 'the body is the boolean true'],
    ['an empty object', {}, 'the body has no kind and no apiVersion'],
    ['no kind', { apiVersion: 'v1' }, 'the body has no kind'],
    ['no apiVersion', { kind: 'Pod' }, 'the body has no apiVersion'],
    ['another kind', { kind: 'Pod', apiVersion: 'v1' }, 'the body is a Pod (v1)'],
    [
      'a kind that is an object',
      { kind: {}, apiVersion: 1 },
      'the body says kind an object and apiVersion 1, which are not both names',
    ],
    ['a long kind', { kind: 'x'.repeat(500), apiVersion: 'v1' }, `the body is a ${'x'.repeat(80)}… (v1)`],
  ])('of %s is called by its name', async (_, body, said) => {
    const answer = await aWorld().ask('POST', POLICIES, body);
    expect([answer.status, answer.body.message]).toEqual([400, `${said}; ${expected}`]);
  });
});
