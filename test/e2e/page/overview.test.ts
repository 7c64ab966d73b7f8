// The list of policies in a real browser, and the pages that it leads to.

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorView } from '../../../src/controller/status/view.ts';
import { browserMissing, launchBrowser, type OpenPage, openPage } from '../../support/page/browser.ts';
import {
  aPolicyView,
  aPool,
  aViewOf,
  manyPolicies,
  withCondition,
  withQueue,
} from '../../support/page/operator-views.ts';
import { ShownPage } from '../../support/page/shown-page.ts';

/** With room for a machine that does much else. */
const SOON = { timeout: 90_000, interval: 50 };
const MANY = 500;
const MAX_NODES = 3_000;

describe.skipIf(browserMissing())('the list of policies', { timeout: 240_000 }, () => {
  let browser: Browser;
  const served: ShownPage[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    for (const page of served.splice(0)) await page.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function look(view: OperatorView, query = ''): Promise<OpenPage & { readonly url: string }> {
    const shown = await ShownPage.serve(view);
    served.push(shown);
    return { ...(await openPage(browser, `${shown.url}/${query}`)), url: shown.url };
  }

  const text = (page: Page, id: string) => page.getByTestId(id).first().textContent();
  const nodes = (page: Page) => page.evaluate(`document.querySelectorAll('*').length`);

  it('shows 500 policies, trouble first, in few elements', async () => {
    const { page, complaints, screenshot } = await look(aViewOf(manyPolicies(MANY)));
    await expect.poll(() => text(page, 'matching'), SOON).toBe('1 to 50 of 500 policies');
    const levels = await page.evaluate(
      `[...document.querySelectorAll('[data-testid=policy-row]')].map((row) => row.dataset.level)`,
    );
    expect(levels).toEqual([...Array(25).fill('failing'), ...Array(25).fill('limited')]);
    expect(await nodes(page)).toBeLessThan(MAX_NODES);
    expect(await page.title()).toMatch(/^\(25 failing\) /);
    expect(await page.locator('#icon').getAttribute('href')).toBe('/ui/icon/25.svg');
    expect(await text(page, 'counted')).toBe(' · 25 failing, 50 limited');
    await screenshot('overview');
    expect(complaints).toEqual([]);
  });

  it('has in its address what is searched for and shown, so that somebody else sees the same', async () => {
    const { page } = await look(aViewOf(manyPolicies(MANY)));
    await page.getByTestId('show').selectOption('OverTarget');
    await expect.poll(() => text(page, 'matching'), SOON).toBe('50 of 500 policies');
    await page.getByTestId('search').fill('policy-0001');
    await expect.poll(() => text(page, 'matching'), SOON).toBe('1 of 500 policies');
    const { search } = new URL(page.url());
    expect(Object.fromEntries(new URLSearchParams(search))).toEqual({ q: 'policy-0001', show: 'OverTarget' });
    const other = await openPage(browser, page.url());
    await expect.poll(() => text(other.page, 'matching'), SOON).toBe('1 of 500 policies');
    expect(await other.page.getByTestId('search').inputValue()).toBe('policy-0001');
    expect(await other.page.getByTestId('show').inputValue()).toBe('OverTarget');
    expect(await text(other.page, 'policy-row')).toContain('policy-00010');
  });

  it('begins every name at the same place on a phone, with its number beside it', async () => {
    const { page } = await look(aViewOf(manyPolicies(MANY)));
    await page.setViewportSize({ width: 390, height: 844 });
    const rows = await page.getByTestId('policy-row').evaluateAll((all) =>
      all.slice(0, 10).map((row) => {
        const box = (part: string) => row.querySelector(part)?.getBoundingClientRect();
        const [name, metric] = [box('a'), box('.row-metric')];
        return { left: name?.left, isBeside: Math.abs((name?.bottom ?? 0) - (metric?.bottom ?? 99)) < 6 };
      }),
    );
    expect(new Set(rows.map(({ left }) => left)).size).toBe(1);
    expect(rows.map(({ isBeside }) => isBeside)).toEqual(rows.map(() => true));
  });

  it.each([
    { name: 'a phone', viewport: { width: 390, height: 844 }, share: 0.25 },
    { name: 'one that is turned', viewport: { width: 844, height: 390 }, share: 0.25 },
    { name: 'a laptop', viewport: { width: 1280, height: 900 }, share: 0.2 },
  ])('can be read on $name while Marathon is away and a document is not valid', async (screen) => {
    const message =
      'reading /v2/apps: marathon http://127.0.0.1:8181: connection refused; is it running, and are host and port right?';
    const url = 'http://127.0.0.1:8181';
    const cluster = { scheduler: 'Marathon', urls: [url], url, reachable: false, message };
    const pools = ['orders', 'mail', 'search'].map((name) => aPool([aPolicyView(name)], { cluster }));
    const problem = '/etc/microscaling/billing.yaml:11: spec.apps[0].instances: min 1 is greater than max 0';
    const problems = [{ source: 'directory', message: problem }];
    const { page } = await look(aViewOf(pools, { clusters: [cluster], problems }));
    await page.setViewportSize(screen.viewport);
    await expect.poll(() => text(page, 'troubles'), SOON).toContain('3 policies keep their counts: reading');
    const covered = async () => {
      const box = await page.getByTestId('troubles').boundingBox();
      return (box?.height ?? Infinity) / screen.viewport.height;
    };
    expect(await covered()).toBeLessThan(screen.share);
    const cut = await page
      .getByTestId('row-cause')
      .evaluateAll((causes) => causes.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth));
    expect(cut).toEqual([]);
    await page.getByTestId('troubles').locator('li').last().click();
    const last = page.getByTestId('troubles').locator('li p').last();
    expect(await last.evaluate((p) => p.scrollHeight - p.clientHeight)).toBeLessThanOrEqual(1);
  });

  it.each([
    { name: 'a phone', width: 390, height: 844 },
    { name: 'a laptop', width: 1280, height: 900 },
    { name: 'a wide screen', width: 1920, height: 1080 },
  ])(
    'says in each row on $name what is wrong to the end, in rows of one height',
    async ({ width, height }) => {
      const path = '/statistics/of/all/the/queues/of/the/shop?queue=orders';
      const message = `/orders/consumer: reading ${path} at q: connection refused`;
      const unread = {
        status: 'False',
        reason: 'NotRead',
        message,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      } as const;
      const policies = [
        withCondition(aPolicyView('orders'), 'MetricsAvailable', unread),
        aPolicyView('mails'),
      ];
      const { page } = await look(
        aViewOf(
          policies.map((policy) => aPool([policy])),
          { atMs: Date.now() },
        ),
      );
      await page.setViewportSize({ width, height });
      await expect
        .poll(() => text(page, 'row-cause'), SOON)
        .toMatch(/^Metric not read for .*connection refused$/);
      const rows = await page.getByTestId('policy-row').evaluateAll((all) =>
        all.map((row) => {
          const cause = row.querySelector('.row-cause');
          const { height } = row.getBoundingClientRect();
          return { height, cut: (cause?.scrollHeight ?? 99) - (cause?.clientHeight ?? 0) };
        }),
      );
      expect(rows.map(({ cut }) => Math.max(0, cut - 1))).toEqual([0, 0]);
      expect(new Set(rows.map((row) => row.height)).size).toBe(1);
    },
  );

  it('does not grow wider than a phone for the address of a metric', async () => {
    const [pool] = aViewOf([aPool([aPolicyView('orders')])]).pools;
    const policies = (pool?.policies ?? []).map((policy) => ({
      ...policy,
      apps: policy.apps.map((app) => ({
        ...app,
        metrics: app.metrics.map((metric) => ({
          ...metric,
          label: `http://10.20.30.40/${'orders/'.repeat(20)}`,
        })),
      })),
    }));
    const { page } = await look(aViewOf([aPool(policies)]));
    await page.setViewportSize({ width: 390, height: 844 });
    const wider = () => page.evaluate<number>(`document.documentElement.scrollWidth - innerWidth`);
    await expect.poll(wider, SOON).toBeLessThanOrEqual(0);
  });

  it('leads by pages to every policy, from there to its own page, and back', async () => {
    const { page, complaints } = await look(aViewOf(manyPolicies(MANY)));
    await page.getByTestId('next-page').click();
    await expect.poll(() => text(page, 'matching'), SOON).toBe('51 to 100 of 500 policies');
    const row = page.getByTestId('policy-row').first();
    const title = (await row.locator('a').textContent()) ?? '';
    await row.locator('a').click();
    await expect.poll(() => text(page, 'policy-health'), SOON).toContain(title);
    expect(new URL(page.url()).search).toBe(`?policy=default%2F${title}`);
    expect(await page.getByTestId('overview').isVisible()).toBe(false);
    expect(await nodes(page)).toBeLessThan(MAX_NODES);
    await page.goBack();
    await expect.poll(() => text(page, 'matching'), SOON).toBe('51 to 100 of 500 policies');
    await page.goForward();
    await page.getByTestId('back').click();
    await expect.poll(() => text(page, 'matching'), SOON).toBe('1 to 50 of 500 policies');
    expect(complaints).toEqual([]);
  });

  it('shows a pool with its members, and of one member the others', async () => {
    const members = Array.from({ length: 12 }, (_, i) => aPolicyView(`m${i}`, { pool: 'default/shared' }));
    const pool = aPool([withQueue(members[0] ?? aPolicyView('m0'), 80), ...members.slice(1)], {
      name: 'default/shared',
    });
    const { page, url } = await look(aViewOf([pool, aPool([aPolicyView('alone')])]));
    expect(await text(page, 'pool-row')).toContain('default/shared 12 policies');
    await page.getByTestId('pool-row').locator('a').click();
    await expect.poll(() => text(page, 'matching'), SOON).toBe('12 of 13 policies');
    expect(await page.getByTestId('pool').getAttribute('aria-label')).toBe('pool default/shared');
    const one = await openPage(browser, `${url}/?policy=m3`);
    expect(await text(one.page, 'policy-health')).toContain('m3');
    expect(await one.page.getByTestId('app').count()).toBe(3);
    expect(await text(one.page, 'members')).toMatch(/pool default\/shared.*m0.*m11/s);
  });

  it('says what comes next where nothing runs, and of what is not there', async () => {
    const { page, url } = await look(aViewOf([]));
    expect(await text(page, 'empty')).toMatch(/No policy is running here yet\..*microscaling apply -f/s);
    const other = await openPage(browser, `${url}/?policy=gone`);
    expect(await text(other.page, 'empty')).toMatch(
      /default\/gone is not running here\..*microscaling get policies$/s,
    );
  });

  it('labels the tiles of thirty apps, each by its own letters', async () => {
    const [app] = aPolicyView('big').apps;
    if (app === undefined) throw new Error('the queue demo has apps');
    const apps = Array.from({ length: 30 }, (_, i) => ({
      ...app,
      name: `worker-${i}`,
      id: `/big/worker-${i}`,
      policy: 'default/big',
      requested: 2,
      tasks: [0, 1].map((n) => ({ id: `t${i}.${n}`, phase: 'running' as const })),
    }));
    const pool = aPool([aPolicyView('big', { apps })], { capacity: { total: 70, used: 60, unit: 'slots' } });
    const { page, screenshot } = await look(aViewOf([pool]));
    const labels = await page.locator('.tile[data-app] .initial').allTextContents();
    expect([labels.length, new Set(labels).size]).toEqual([60, 30]);
    expect(await page.locator('.tile[data-app] .initial').first().isVisible()).toBe(true);
    expect(await nodes(page)).toBeLessThan(MAX_NODES);
    await screenshot('thirty-apps');
  });
});
