// What somebody sees who was woken up: the cause, once, since when; and a page that holds still while they read.

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorView } from '../../../src/controller/status/view.ts';
import { browserMissing, launchBrowser, openPage } from '../../support/page/browser.ts';
import { aPolicyView, aPool, aViewOf, withCondition, withQueue } from '../../support/page/operator-views.ts';
import { PageWorld } from '../../support/page/page-world.ts';
import { ShownPage } from '../../support/page/shown-page.ts';
import { until } from '../../support/until.ts';

/** With room for a machine that does much else. */
const SOON = { timeout: 90_000, interval: 50 };
/** From top to bottom of the slots, the control and the charts; undefined while the page says above them that it hears nothing. */
const TOPS = `document.body.dataset.stale === undefined
  ? ['tiles', 'more', 'charts'].map((id) => {
      const { top, bottom } = document.querySelector('[data-testid=' + id + ']').getBoundingClientRect();
      return [Math.round(top), Math.round(bottom)];
    })
  : undefined`;

describe.skipIf(browserMissing())('trouble on the page', { timeout: 240_000 }, () => {
  let browser: Browser;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    for (const world of open.splice(0)) await world.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function shown(view: OperatorView): Promise<{ readonly page: Page; readonly served: ShownPage }> {
    const served = await ShownPage.serve(view);
    open.push(served);
    return { ...(await openPage(browser, served.url)), served };
  }

  async function played(viewport = { width: 1280, height: 900 }, pastS = 60) {
    const world = await PageWorld.start({ pastS });
    open.push(world);
    return { ...(await openPage(browser, world.url, { viewport })), world };
  }

  const text = (page: Page, id: string) => page.getByTestId(id).first().textContent();
  const level = (page: Page) => page.getByTestId('policy-health').getAttribute('data-level');
  const colourOf = (page: Page, selector: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`);

  it('is amber, not a green tick, while a policy is over its target at capacity', async () => {
    const policy = withCondition(withQueue(aPolicyView('orders'), 80), 'ScalingLimited', {
      status: 'True',
      reason: 'AtCapacity',
      message: 'orders gets 9 of the 10 it wants',
    });
    const { page } = await shown(aViewOf([aPool([policy])]));
    expect(await level(page)).toBe('limited');
    expect(await page.locator('.health .mark').textContent()).toBe('!');
    const green = await colourOf(page, '.dot');
    await expect
      .poll(() => text(page, 'cause'), SOON)
      .toMatch(/^Over target for \d+ s, at capacity: orders gets 9 of the 10 it wants$/);
    await page.getByTestId('cause').click();
    expect(await text(page, 'cause-todo')).toContain('more capacity');
    const runbook = await page.getByTestId('cause-runbook').getAttribute('href');
    expect(runbook).toBe('docs/runbooks/reasons/AtCapacity.md');
    expect(await (await page.request.get(new URL(runbook ?? '', page.url()).href)).text()).toMatch(
      /^# AtCapacity/,
    );
    expect(await text(page, 'cause-tried')).toBe('no count was changed yet');
    const calm = await shown(aViewOf([aPool([aPolicyView('orders')])]));
    expect(await level(calm.page)).toBe('ok');
    expect(await colourOf(calm.page, '.dot')).not.toBe(green);
  });

  it('is red while Marathon does not answer, says so once, and live is not green then', async () => {
    const cluster = {
      scheduler: 'Marathon',
      urls: ['http://m:8080'],
      url: 'http://m:8080',
      reachable: false,
      message: 'connection refused by its host',
    };
    const policy = withCondition(aPolicyView('orders'), 'Applied', {
      status: 'Unknown',
      reason: 'MarathonUnavailable',
      message: 'connection refused by its host; counts are left as they are',
    });
    const view = aViewOf([aPool([policy], { cluster })], { clusters: [cluster] });
    const { page, served } = await shown(view);
    expect(await level(page)).toBe('failing');
    expect(await page.locator('.health .mark').textContent()).toBe('✕');
    expect(await colourOf(page, '.health .mark')).not.toBe(
      await page.evaluate(`getComputedStyle(document.querySelector('.health .mark')).color`),
    );
    await expect
      .poll(() => text(page, 'troubles'), SOON)
      .toMatch(
        /^Marathon at http:\/\/m:8080 unreachable for \d+ s, 1 policy keeps its counts: connection refused by its host$/,
      );
    expect(await text(page, 'cause')).toMatch(/^Marathon unreachable for \d+ s/);
    const said = await page.locator('body').innerText();
    expect(said.split('connection refused by its host')).toHaveLength(2);
    const bad = await colourOf(page, '.dot');
    expect(await page.locator('#state').getAttribute('data-level')).toBe('failing');
    served.show(aViewOf([aPool([aPolicyView('orders')])], { clusters: [] }));
    await expect.poll(() => level(page), SOON).toBe('ok');
    expect(await colourOf(page, '.dot')).not.toBe(bad);
  });

  it('has the slots and the control on the first screen, and holds still while numbers change', async () => {
    const { page, world } = await played();
    const tops = () =>
      until('the page to hear the operator', () => page.evaluate<number[][] | undefined>(TOPS));
    const before = await tops();
    expect(
      before
        .slice(0, 2)
        .flat()
        .every((y) => y >= 0 && y <= 900),
    ).toBe(true);
    for (let i = 0; i < 60; i++) {
      if (i === 10) world.demo.loseQueue('the queue answered 403: AuthenticationFailed');
      await world.step();
      expect(await tops()).toEqual(before);
    }
    await expect.poll(() => text(page, 'cause'), SOON).toContain('Metric not read');
    expect(await tops()).toEqual(before);
  });

  it('says within three seconds that a metric is not read, and goes on counting when its last reading serves no more', async () => {
    const { page, world } = await played();
    world.demo.loseQueue('connection refused');
    for (let i = 0; i < 6; i++) await world.step();
    await expect
      .poll(() => text(page, 'cause'), SOON)
      .toMatch(/^Metric not read for [23] s: .*connection refused/);
    expect(await level(page)).toBe('limited');
    for (let i = 0; i < 20; i++) await world.step();
    await expect.poll(() => level(page), SOON).toBe('failing');
    // The page counts on from the last time that it was told; the next beat tells the time of now.
    await expect
      .poll(() => text(page, 'cause'), SOON)
      .toMatch(/^Metric not read for 1\d s: .*connection refused/);
  });

  it('shows values under the pointer, and opens the steps of a decision that is marked', async () => {
    const { page } = await played();
    const over = page.getByTestId('metric').locator('.u-over');
    await over.hover();
    await expect.poll(() => text(page, 'metric-hovered'), SOON).toMatch(/^then [\d,]+( ± [\d,.]+)?$/);
    await page.mouse.move(0, 0);
    await expect.poll(() => text(page, 'metric-hovered'), SOON).toBe('');
    await page.getByTestId('decision-mark').first().click();
    await expect
      .poll(() => text(page, 'steps-list'), SOON)
      .toMatch(/queue-demo\/\w+ \d+ → \d+ at .*: \d+ → \d+,/s);
    await page.keyboard.press('Escape');
    await page.getByTestId('steps').waitFor({ state: 'hidden' });
    await page.getByTestId('steps-of').first().press('Enter');
    await page.getByTestId('steps').waitFor();
  });

  it('draws the first seconds from the left of its charts', async () => {
    const { page } = await played(undefined, 8);
    const over = page.getByTestId('metric').locator('.u-over');
    const box = await over.boundingBox();
    if (box === null) throw new Error('the chart is not drawn');
    const seenAt = async (part: number) => {
      await over.hover({ position: { x: box.width * part, y: box.height / 2 } });
      return await page.locator('.charts .when').innerText();
    };
    const seen = async () => [await seenAt(0.01), await seenAt(0.5), await seenAt(0.99)].join('\n');
    // Until the past is fetched there is one moment, and it is everywhere.
    await expect.poll(seen, SOON).toMatch(/^(.*at \d\d:\d\d:\d\d)\n(?!\1)(.*at \d\d:\d\d:\d\d)\n\2$/);
  });

  it('has a decision and its counts on one line of a phone', async () => {
    const { page } = await played({ width: 390, height: 844 });
    const decision = page.getByTestId('decision').first();
    await decision.scrollIntoViewIfNeeded();
    const [name, change] = await Promise.all(
      ['strong', '.change'].map((part) => decision.locator(part).boundingBox()),
    );
    if (name == null || change == null) throw new Error('no decision is shown');
    expect(Math.abs(name.y + name.height / 2 - change.y - change.height / 2)).toBeLessThan(4);
    expect(name.height).toBeLessThan(30);
  });

  it('has nothing beyond the edges after a phone was turned, both ways', async () => {
    const { page } = await played({ width: 390, height: 844 });
    const width = () =>
      page.evaluate(
        '[document.documentElement.scrollWidth - innerWidth, document.querySelector("canvas").getBoundingClientRect().right <= innerWidth]',
      );
    for (const viewport of [
      { width: 844, height: 390 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport);
      await expect.poll(width, SOON).toEqual([0, true]);
    }
  });
});
