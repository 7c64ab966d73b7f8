// The page of a real demo in a real browser: a person moves the producer and watches capacity change hands.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, launchBrowser, type OpenPage, openPage } from '../../support/page/browser.ts';
import { killGroup, printed, type RunningCommand, start } from '../../support/programs/command.ts';
import { until } from '../../support/until.ts';

describe.skipIf(browserMissing())('the page of a running demo', () => {
  let demo: RunningCommand | undefined;
  let browser: Browser | undefined;
  let open: OpenPage;

  beforeAll(async () => {
    demo = start(['demo', '--api', '127.0.0.1:0', '--port', '0', '--seed', '3']);
    const url = (await printed(demo, /page +(http:\S+)/))[1] ?? '';
    browser = await launchBrowser();
    open = await openPage(browser, url);
  });

  afterAll(async () => {
    await browser?.close();
    demo?.child.kill('SIGTERM');
    await demo?.ended;
    killGroup(demo);
  });

  async function running(app: string): Promise<number> {
    const text = await open.page
      .locator(`[data-testid="app"][data-app="/queue-demo/${app}"] [data-testid="app-running"]`)
      .textContent();
    return Number(text);
  }

  it('shows the consumer rise and the remainder give way when the producer is moved up', async () => {
    await until(
      'the remainder to hold what nobody needs',
      async () => (await running('remainder')) >= 6,
      50_000,
    );
    const before = { consumer: await running('consumer'), remainder: await running('remainder') };
    const more = open.page.locator('[data-testid="control"] [data-testid="more"]');
    await more.focus();
    for (let i = 0; i < 5; i++) await open.page.keyboard.press('Enter');
    await until('eight producers', async () => (await running('producer')) === 8, 30_000);
    await until(
      'the consumer to rise',
      async () => (await running('consumer')) >= before.consumer + 2,
      50_000,
    );
    await until(
      'the remainder to give way',
      async () => (await running('remainder')) < before.remainder,
      50_000,
    );
    // Of one moment: between two questions slots change hands.
    const both = await open.page
      .locator('[data-testid="app"]:not([data-app="/queue-demo/producer"]) [data-testid="app-running"]')
      .allTextContents();
    expect(both).toHaveLength(2);
    expect(both.reduce((sum, count) => sum + Number(count), 0)).toBeLessThanOrEqual(10);
    expect(await open.page.locator('[data-testid="tile"]').count()).toBe(10);
    await open.screenshot('live-demo');
    expect(open.complaints).toEqual([]);
  }, 200_000);

  it('goes back in the record: by a longer window, by a drag to a part of it, and to the steps of then', async () => {
    const { page, complaints } = open;
    const text = (id: string) => page.getByTestId(id).first().textContent();
    await page.getByTestId('last-3600').click();
    expect(new URL(page.url()).searchParams.get('last')).toBe('3600');
    await page.getByTestId('decision-mark').first().waitFor();
    expect(await text('record-note')).toBe('');
    await until(
      'the page to say where history begins',
      async () => /^history begins at \d\d:\d\d:\d\d$/.test((await text('history-begins')) ?? ''),
      30_000,
    );
    const toMs = Date.now();
    await page.goto(new URL(`/?from=${toMs - 60_000}&to=${toMs}`, page.url()).href);
    await until(
      'the rest of the page to be of then',
      async () =>
        /^As it was at .*\. Interventions and clusters are those of now\.$/.test((await text('then')) ?? ''),
      30_000,
    );
    const chart = page.getByTestId('instances').locator('.u-over');
    await page.getByTestId('decision-mark').first().waitFor();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error('the chart is not drawn');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, y, { steps: 5 });
    await page.mouse.up();
    const span = () => {
      const { searchParams } = new URL(page.url());
      return Number(searchParams.get('to')) - Number(searchParams.get('from'));
    };
    await until('half a minute to be shown', async () => Math.abs(span() - 30_000) < 2_000, 30_000);
    // Across midnight the second one has its day, too.
    expect(await text('span')).toMatch(/ \d\d:\d\d:\d\d to (?:\d+ \w+ )?\d\d:\d\d:\d\d$/);
    // Of one moment: between two questions the page may scroll.
    const tops = await page
      .getByRole('button', { name: /^(earlier|7 days)$/ })
      .evaluateAll((both) => both.map((button) => button.getBoundingClientRect().top));
    expect(tops).toHaveLength(2);
    expect(tops[0]).toBe(tops[1]);
    expect(await text('replay')).toMatch(
      /microscaling replay queue-demo --since \S+Z --until \S+Z -f new\.yaml/,
    );
    expect(await text('connection')).toMatch(/^looking back · now \d\d:\d\d:\d\d$/);
    expect(await page.getByTestId('more').isDisabled()).toBe(true);
    expect(await page.getByTestId('pause-form').isVisible()).toBe(false);
    const chosen = () => Number(new URL(page.url()).searchParams.get('at'));
    expect(chosen()).toBe(0);
    await chart.click({ position: { x: box.width * 0.4, y: box.height / 2 } });
    await until('another moment to be shown', async () => chosen() > 0, 30_000);
    await page.getByRole('button', { name: 'zoom out' }).click();
    await until('a minute again', async () => Math.abs(span() - 60_000) < 4_000, 30_000);
    await page.getByTestId('decision-mark').first().click();
    await until(
      'the steps of then',
      async () => /: \d+ → \d+,/.test((await text('steps-list')) ?? ''),
      30_000,
    );
    expect(await text('decisions-title')).toBe('Decisions of that time');
    await page.keyboard.press('Escape');
    await page.getByTestId('last-300').click();
    await until('what is now', async () => (await text('decisions-title')) === 'Decisions', 30_000);
    await until('live', async () => /^live · /.test((await text('connection')) ?? ''), 30_000);
    expect(await page.getByTestId('past').isVisible()).toBe(false);
    expect(await page.getByTestId('pause-form').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });
});
