import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appNames, policyName } from '../../../../src/app/commands/export/names.ts';

describe('names of apps', () => {
  it.each([
    [
      ['/shop/api', '/shop/web'],
      ['api', 'web'],
    ],
    [
      ['/a/api', '/b/api'],
      ['api', 'b-api'],
    ],
    [
      ['/a/api', '/b/api', '/c/b/api'],
      ['api', 'b-api', 'c-b-api'],
    ],
    [['/shop/api.v2'], ['api-v2']],
    [
      ['/a.b', '/a-b'],
      ['a-b', 'a-b-2'],
    ],
  ])('%j are called %j', (ids, names) => {
    expect([...appNames(ids).values()]).toEqual(names);
  });

  const segment = fc.stringMatching(/^[a-z0-9]{1,9}([.-][a-z0-9]{1,9}){0,9}$/);
  const id = fc.array(segment, { minLength: 1, maxLength: 5 }).map((path) => `/${path.join('/')}`);

  it('are labels, each its own', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 20 }), (ids) => {
        const names = appNames(ids);
        expect(new Set(names.values()).size).toBe(ids.length);
        for (const each of ids) expect(names.get(each)).toMatch(/^(?=.{1,63}$)[a-z0-9]+(-+[a-z0-9]+)*$/);
      }),
    );
  });
});

describe('name of the policy', () => {
  it.each([
    [['/shop/api', '/shop/web'], 'shop'],
    [['/eu/shop/api', '/eu/shop/web'], 'shop'],
    [['/eu/shop/api', '/eu/bank/web'], 'eu'],
    [['/eu/shop/api', '/eu/shop'], 'eu'],
    [['/shop/api'], 'shop'],
    [['/api', '/web'], 'api'],
    [['/api'], 'api'],
    [['/v1.2/api'], 'v1-2'],
  ])('of %j is %s', (ids, name) => {
    expect(policyName(ids)).toBe(name);
  });
});
