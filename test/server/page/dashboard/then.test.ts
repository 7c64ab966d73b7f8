// A moment of the past, as the page shows it.

import { expect, it } from 'vitest';
import type { PastPage } from '../../../../src/server/page/past-view.ts';

const { agesFrom } = (await import(
  new URL('../../../../src/server/page/dashboard/charts/then.js', import.meta.url).href
)) as { agesFrom(page: Pick<PastPage, 'askedMs' | 'atMs' | 'detail'>): number };

it.each([
  {
    name: 'of a round from the moment',
    page: { askedMs: 60_000, atMs: 52_000, detail: 'rounds' },
    from: 60_000,
  },
  {
    name: 'of a minute from its picture',
    page: { askedMs: 60_000, atMs: 15_000, detail: 'minutes' },
    from: 15_000,
  },
  { name: 'where nothing is known from the moment', page: { askedMs: 60_000 }, from: 60_000 },
] as const)('ages are told $name', ({ page, from }) => {
  expect(agesFrom(page)).toBe(from);
});
