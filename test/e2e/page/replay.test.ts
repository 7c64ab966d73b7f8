// A change is tried from the page: a law and an edited policy, and what it would have been worth.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayTable } from '../../../src/api/words/replay-table.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { ReplayQuestion, Replays } from '../../../src/server/page/replay/replay-routes.ts';
import { browserMissing, launchBrowser, openPage } from '../../support/page/browser.ts';
import { aPolicyView, aPool, aViewOf } from '../../support/page/operator-views.ts';
import { ShownPage } from '../../support/page/shown-page.ts';

const TABLE: ReplayTable = {
  title: 'default/orders against the record',
  verdict: 'above the target 16.3 in the place of 1.5 % of the time',
  heads: [
    { head: 'V %', about: 'time above the target' },
    { head: 'P95 WAIT S', about: '95th percentile of the wait' },
  ],
  rows: [
    { name: 'recorded', cells: ['1.5', '3.6'] },
    { name: 'replayed', cells: ['16.3 (16.3–17.4)', '9.5'] },
  ],
  notes: ['it asks for the same counts until then'],
};
const WRITTEN = 'spec:\n  capacity:\n    slots: 10\n';

describe.skipIf(browserMissing())('a replay on the page', () => {
  const asked: ReplayQuestion[] = [];
  const ends: AbortSignal[] = [];
  let answer: Replays['run'] = () => Promise.resolve(TABLE);
  let browser: Browser;
  let served: ShownPage;

  beforeAll(async () => {
    browser = await launchBrowser();
    const replays: Replays = {
      run: (question, signal) => {
        asked.push(question);
        ends.push(signal);
        return answer(question, signal);
      },
      yaml: () => WRITTEN,
    };
    // The page asks for the time until now as it counts it from what it has heard: of a clock that stands still that is to come.
    served = await ShownPage.serve(aViewOf([aPool([aPolicyView('orders')])]), {
      replays,
      clock: systemClock,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  it.each([390, 1280, 1920])('shows what happened beside what would have, %i px wide', async (width) => {
    answer = () => Promise.resolve(TABLE);
    const { page, complaints } = await openPage(browser, served.url, { viewport: { width, height: 900 } });
    await page.getByTestId('replay-open').click();
    await page.getByTestId('replay-span').selectOption('900');
    await page.getByTestId('replay-law').selectOption('Queue');
    await page.getByTestId('replay-edit').click();
    const text = page.getByTestId('replay-text');
    await expect.poll(() => text.inputValue()).toBe(WRITTEN);
    await text.fill(WRITTEN.replace('10', '12'));
    await page.getByTestId('replay-run').click();
    await page.getByTestId('replay-result').getByText('16.3 (16.3–17.4)').waitFor();

    const question = asked.at(-1);
    expect(question).toMatchObject({ policy: 'default/orders', law: 'Queue' });
    expect(question?.text).toContain('slots: 12');
    expect((question?.toMs ?? 0) - (question?.fromMs ?? 0)).toBe(900_000);
    const fits = await page
      .getByTestId('replay-dialog')
      .evaluate((node) => node.scrollWidth <= node.clientWidth);
    expect(fits).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says why it could not be done, and ends it when the dialog is closed', async () => {
    const { page } = await openPage(browser, served.url);
    answer = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    const before = asked.length;
    await page.getByTestId('replay-open').click();
    await page.getByTestId('replay-run').click();
    await expect.poll(() => asked.length).toBe(before + 1);
    expect(ends.at(-1)?.aborted).toBe(false);
    await page.keyboard.press('Escape');
    await expect.poll(() => ends.at(-1)?.aborted).toBe(true);

    answer = () => Promise.reject(new Error('broken'));
    await page.getByTestId('replay-open').click();
    await page.getByTestId('replay-run').click();
    await page.getByTestId('replay-note').getByText('the replay failed').waitFor();
    await page.context().close();
  });
});
