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
    expect((await running('consumer')) + (await running('remainder'))).toBeLessThanOrEqual(10);
    expect(await open.page.locator('[data-testid="tile"]').count()).toBe(10);
    await open.screenshot('live-demo');
    expect(open.complaints).toEqual([]);
  }, 200_000);
});
