// The report in a real browser: charts are drawn, nothing is fetched, no law of the policy's is left out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchLaws } from '../../bench/suite/laws.ts';
import { benchWorld } from '../../bench/suite/sets.ts';
import { type Comparison, compare } from '../../src/simulator/compare.ts';
import { COLUMNS } from '../../src/simulator/report/columns.ts';
import { comparisonPage } from '../../src/simulator/report/html.ts';
import { comparisonText } from '../../src/simulator/report/table.ts';
import { verdict } from '../../src/simulator/report/verdict.ts';
import { browserMissing, launchBrowser } from '../support/page/browser.ts';

const LAWS = ['policy', 'keda-default'];

const FIGURES = {
  V: 0,
  R: 0,
  excess: 0,
  p95WaitS: 0,
  changesPerMin: 0,
  reversalsPerMin: 0,
  thetaUnder: 0,
  thetaOver: 0,
  tauUnder: 0,
  tauOver: 0,
  upsilon: 0,
};

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
    const lines = comparisonText(result, 'table').split('\n\n')[0]?.split('\n').slice(2) ?? [];
    expect(lines.length).toBeGreaterThanOrEqual(LAWS.length);
    for (const line of lines) {
      for (const cell of line.split(/ {2,}/)) expect(page).toContain(`<td>${cell}</td>`);
    }
  });

  it('says how far off a mean over several seeds may be, and nothing of a single one', async () => {
    const result = await comparison();
    const text = comparisonText(result, 'table');
    expect(text.match(/^± +/gm)).toHaveLength(LAWS.length);
    expect(text).toContain('two standard errors of the mean over the seeds');
    const [first, second] = result.rows.filter(({ law }) => law === 'policy').map(({ R }) => R);
    const margin = Math.abs((first ?? 0) - (second ?? 0)).toFixed(1);
    expect(text.split('\n').find((line) => line.startsWith('±'))).toMatch(new RegExp(` ${margin}\\b`));
    const alone = { ...result, rows: result.rows.filter(({ seed }) => seed === 1) };
    expect(comparisonText(alone, 'table')).not.toContain('±');
    expect(comparisonPage(alone)).not.toContain('±');
  });

  it('says what each column is, and what it comes to', async () => {
    const result = await comparison();
    const text = comparisonText(result, 'table');
    for (const { head, about } of COLUMNS) expect(text).toContain(`\n${head}: ${about}\n`);
    const last = text.split('\n').at(-1) ?? '';
    expect(last).toMatch(
      /^Verdict: with policy the queue is above its target \d+\.\d ± \d+\.\d % of the time, .*keda-default/,
    );
    expect(comparisonPage(result)).toContain(last);
  });

  it.each([
    [[2, 80], [5, 60], /^Verdict: with a .* 2\.0 % of the time, less than with b \(5\.0 %\); .* 80\.0 %/],
    [[5, 80], [2, 60], /5\.0 % of the time, more than with b \(2\.0 %\)/],
    [[2, 80], [2.04, 60], /2\.0 % of the time, as long as with b \(2\.0 %\)/],
    [[2, Number.NaN], [5, 60], /less than with b \(5\.0 %\)\.$/],
  ])('of V and R %j beside %j comes to %s', (a, b, sentence) => {
    const row = (law: string, [V = 0, R = 0]: readonly number[]) => ({ ...FIGURES, law, V, R });
    expect(verdict([row('a', a), row('b', b)])).toMatch(sentence);
    expect(verdict([row('a', a), row('oracle-causal', b)])).not.toMatch(/than with/);
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
