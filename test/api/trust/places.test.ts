import { describe, expect, it } from 'vitest';
import { createTrust } from '../../../src/app/operator/trust.ts';
import { policyWith, refusals, SURROUNDINGS } from './judging.ts';

const marathon = (...urls: readonly string[]): string => policyWith({ spec: { marathon: { urls } } });

describe('Marathons', () => {
  it.each(['http://m1:8080', 'http://m1:8080/marathon', 'http://M1:8080/other', 'http://m2:8080/'])(
    'lets a policy name the one that the operator was started with: %s',
    (url) => {
      expect(refusals(marathon(url))).toEqual([]);
    },
  );

  it.each([
    'http://evil.example:8080',
    'https://m1:8080',
    'http://m1:8081',
    'http://m1',
    'http://m1.evil.example:8080',
    'http://evil.example/http://m1:8080',
    'http://169.254.169.254/latest',
  ])('refuses another one: %s', (url) => {
    const { origin } = new URL(url);
    expect(refusals(marathon('http://m1:8080', url))).toEqual([
      `/spec/marathon/urls/1: spec.marathon.urls[1]: this policy may not name the Marathon at ${origin}: start the operator with --allow-endpoint '${origin}'`,
    ]);
    expect(refusals(marathon(url), { allowEndpoint: [origin] })).toEqual([]);
  });
});

describe('--allow-endpoint', () => {
  it.each(['https://q.example', 'https://q.example/', 'HTTPS://Q.example:443'])('takes %s', (origin) => {
    expect(refusals(marathon('https://q.example/x'), { allowEndpoint: [origin] })).toEqual([]);
  });

  it.each([
    'q.example',
    'https://q.example/path',
    'https://u:p@q.example',
    'ftp://q.example',
    '*',
    'https://',
    'https://q.example?x',
  ])('refuses %s', (origin) => {
    expect(() => createTrust({ allowEndpoint: [origin] }, SURROUNDINGS)).toThrow(/takes an origin/);
  });
});

describe('apps', () => {
  const app = (id: string): string => policyWith({ app: { id } });

  it.each([
    ['its own group by default', '/shop/api', []],
    ['its own group, deeper', '/shop/front/api', []],
    ['an allowed group', '/teams/a/api', ['/teams/a']],
    ['an allowed group written with a slash', '/teams/a/api', ['/teams/a/']],
    ['one of two', '/b/api', ['/a', '/b']],
    ['any', '/whatever', ['/']],
  ])('may lie under %s', (_, id, allowAppPrefix) => {
    expect(refusals(app(id), { allowAppPrefix })).toEqual([]);
  });

  it.each([
    ['another group', '/billing/api', []],
    ['a group with a longer name', '/shopping/api', []],
    ['the root', '/api', []],
    ['its own group once others are named', '/shop/api', ['/teams']],
    ['a group with a longer name than allowed', '/teams-of-others/api', ['/teams']],
  ])('may not lie under %s', (_, id, allowAppPrefix) => {
    expect(refusals(app(id), { allowAppPrefix })).toEqual([
      expect.stringMatching(
        /^\/spec\/apps\/0\/(id|name): .*may have apps under .* only, not \/.*--allow-app-prefix '\//,
      ),
    ]);
  });

  it('is checked where it is adopted and has no definition', () => {
    const text = policyWith({ app: { id: '/billing/api', adopt: true, app: undefined } });
    expect(refusals(text)).toHaveLength(1);
  });

  // Its own group is whatever a policy calls itself: also a group that somebody else filled.
  it("may be taken over where the administrator says so, not by a policy's name alone", () => {
    const adopted = policyWith({ app: { id: '/shop/api', adopt: true } });
    expect(refusals(adopted)).toEqual([
      "/spec/apps/0/adopt: spec.apps[0].adopt: this policy may not take over an app that exists, /shop/api: start the operator with --allow-app-prefix '/shop'",
    ]);
    expect(refusals(adopted, { allowAppPrefix: ['/shop'] })).toEqual([]);
    expect(refusals(adopted, { allowAppPrefix: ['/'] })).toEqual([]);
    expect(refusals(policyWith({ app: { id: '/shop/api', adopt: false } }))).toEqual([]);
  });

  it('may never be the operator itself, which has the rights of the administrator', () => {
    const surroundings = { ...SURROUNDINGS, app: '/shop/operator' };
    const allow = { allowAppPrefix: ['/'], allowPrivileged: true };
    expect(refusals(app('/shop/operator'), allow, surroundings)).toEqual([
      expect.stringMatching(/\/shop\/operator is the operator itself/),
    ]);
    expect(refusals(app('/shop/operator2'), allow, surroundings)).toEqual([]);
  });

  it.each(['shop', '/Shop', '/shop/..', '/a//b', ''])('--allow-app-prefix refuses %j', (prefix) => {
    expect(() => createTrust({ allowAppPrefix: [prefix] }, SURROUNDINGS)).toThrow(/is no group of Marathon/);
  });
});
