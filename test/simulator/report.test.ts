// The report in a real browser: charts are drawn, nothing is fetched, no law of the policy's is left out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchLaws } from '../../bench/laws.ts';
import { benchWorld } from '../../bench/suite/sets.ts';
import { type Comparison, compare } from '../../src/simulator/compare.ts';
import { comparisonPage } from '../../src/simulator/report/html.ts';
import { comparisonText } from '../../src/simulator/report/table.ts';
import { browserMissing, launchBrowser } from '../support/page/browser.ts';

const LAWS = ['policy', 'keda-default'];

function comparison(policy = 'shop'): Promise<Comparison> {
  const worldOf = (seed: number): ReturnType<typeof benchWorld> => ({
    ...benchWorld('demo', 'step-up', seed),
    steps: 2_000,
  });
  const question = { policy, load: 'step-up', laws: benchLaws(LAWS), seeds: [1, 2], worldOf };
  return compare(question, () => undefined, new AbortController().signal);
}

describe('the report', () => {
  it('says the same figures as the table', async () => {
    const result = await comparison();
    const page = comparisonPage(result);
    const lines = comparisonText(result, 'table').split('\n').slice(2);
    expect(lines.length).toBeGreaterThanOrEqual(LAWS.length);
    for (const line of lines) {
      for (const cell of line.split(/ {2,}/)) expect(page).toContain(`<td>${cell}</td>`);
    }
  });

  it('keeps names that look like markup harmless', async () => {
    const name = '</script><img src=x onerror=alert(1)>';
    const result = await comparison(name);
    const page = comparisonPage({ ...result, courses: result.courses.map((c) => ({ ...c, law: name })) });
    expect(page).not.toContain('<img');
    expect(page.match(/<\/script>/g)).toHaveLength(3);
  });
});

describe.skipIf(browserMissing())('the report in a browser', () => {
  const dir = mkdtempSync(join(tmpdir(), 'report-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true });
  });

  it.each(['light', 'dark'] as const)(
    'draws every chart in %s, and asks nobody for anything',
    async (colorScheme) => {
      const path = join(dir, 'report.html');
      writeFileSync(path, comparisonPage(await comparison()));
      const page = await browser.newPage({ colorScheme });
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      const address = pathToFileURL(path).href;
      await page.goto(address);
      await page.locator('.uplot canvas').first().waitFor();
      // One for all laws together, and for each law its queue and its instances.
      expect(await page.locator('.uplot canvas').count()).toBe(1 + 2 * LAWS.length);
      expect(await page.locator('.u-title').allTextContents()).toEqual([
        'consumer: messages waiting',
        ...LAWS.flatMap(() => ['consumer: queue against target', 'instances that run, stacked by priority']),
      ]);
      expect(requests).toEqual([address]);
      expect(complaints).toEqual([]);
    },
  );
});
