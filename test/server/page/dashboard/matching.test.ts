// What the list of policies says of the page that it shows.

import { expect, it } from 'vitest';

interface Shown {
  readonly matching: number;
  readonly page: number;
  readonly pages: number;
  readonly rows: { readonly length: number };
}

const { matchingText, shorter } = (await import(
  new URL('../../../../src/server/page/dashboard/overview/list.js', import.meta.url).href
)) as { matchingText(list: Shown, policies: number): string; shorter(text: string): string };

it('cuts addresses and paths in their middle, and leaves other words as they are', () => {
  const whole =
    'reading /very/long/path/of/a/statistics/endpoint/for/orders-28 at 127.0.0.1:9: connection refused';
  const said = 'reading /very/long…/for/orders-28 at 127.0.0.1:9: connection refused';
  expect(shorter(whole)).toBe(said);
  expect(shorter('spec.apps[0].instances: min 1')).toBe('spec.apps[0].instances: min 1');
});

it.each([
  { page: 1, pages: 3, rows: 50, matching: 120, want: '1 to 50 of 120 policies' },
  { page: 2, pages: 3, rows: 50, matching: 120, want: '51 to 100 of 120 policies' },
  { page: 3, pages: 3, rows: 20, matching: 120, want: '101 to 120 of 120 policies' },
  { page: 1, pages: 1, rows: 12, matching: 12, want: '12 of 120 policies' },
  { page: 1, pages: 1, rows: 0, matching: 0, want: 'none of 120 policies match: clear the search' },
])('says "$want" of page $page', ({ rows, want, ...list }) => {
  expect(matchingText({ ...list, rows: { length: rows } }, 120)).toBe(want);
});
