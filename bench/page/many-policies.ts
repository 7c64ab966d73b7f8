// bench: `npm run bench -- page`: how soon a real browser shows the list of 500 policies and the page of one, and in how many
// elements.

import type { Browser } from 'playwright-core';
import { browserMissing, launchBrowser } from '../../test/support/page/browser.ts';
import { aViewOf, manyPolicies } from '../../test/support/page/operator-views.ts';
import { ShownPage } from '../../test/support/page/shown-page.ts';
import type { Figure } from '../cost/measure.ts';

const POLICIES = 500;
const LOADS = 10;
const MAX_MS = 1_000;
const MAX_NODES = 3_000;

const PAGES = [
  { name: `list of ${POLICIES} policies`, query: '', row: 'policy-row' },
  { name: `one of ${POLICIES} policies`, query: '?policy=policy-00007', row: 'app' },
] as const;

export async function pageOfMany(): Promise<readonly Figure[]> {
  if (browserMissing()) return [];
  const served = await ShownPage.serve(aViewOf(manyPolicies(POLICIES)));
  const browser = await launchBrowser();
  try {
    const figures: Figure[] = [];
    for (const page of PAGES) figures.push(...(await measured(browser, served.url, page)));
    return figures;
  } finally {
    await browser.close();
    await served.close();
  }
}

/** Each load is one of a browser that has never seen the page. */
async function measured(
  browser: Browser,
  url: string,
  { name, query, row }: (typeof PAGES)[number],
): Promise<readonly Figure[]> {
  const tookMs: number[] = [];
  let nodes = 0;
  for (let i = 0; i < LOADS; i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const beganMs = performance.now();
    await page.goto(`${url}/${query}`, { waitUntil: 'commit' });
    await page.getByTestId(row).first().waitFor();
    tookMs.push(performance.now() - beganMs);
    nodes = Math.max(nodes, Number(await page.evaluate(`document.querySelectorAll('*').length`)));
    await context.close();
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  const note = `of ${LOADS} loads; slowest ${Math.round(sorted.at(-1) ?? 0)} ms`;
  return [
    {
      name: `page: ${name}, median`,
      value: Math.round(sorted[LOADS >> 1] ?? 0),
      unit: 'ms',
      limit: MAX_MS,
      note,
    },
    { name: `page: ${name}, elements`, value: nodes, unit: '', limit: MAX_NODES, note: 'in the document' },
  ];
}
