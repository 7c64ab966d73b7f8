// The page in a real browser over a real operator: what people see and what they can do.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resourceKey } from '../../../src/api/policy.ts';
import type { OperatorActions } from '../../../src/controller/status/view.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { browserMissing, launchBrowser, type OpenPage, openPage } from '../../support/page/browser.ts';
import { PageWorld, type PageWorldOptions } from '../../support/page/page-world.ts';
import { freePort } from '../../support/suite/free-port.ts';

const SOON = { interval: 50 };

describe.skipIf(browserMissing())('the page', () => {
  let browser: Browser;
  const worlds: PageWorld[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    for (const world of worlds.splice(0)) await world.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function look(
    world: PageWorldOptions = {},
    options: BrowserContextOptions = {},
  ): Promise<OpenPage & { readonly world: PageWorld }> {
    const started = await PageWorld.start(world);
    worlds.push(started);
    return { ...(await openPage(browser, started.url, options)), world: started };
  }

  const text = (page: Page, id: string) => page.getByTestId(id).first().textContent();
  const producerAsked = (world: PageWorld) => world.demo.view().pools[0]?.policies[0]?.apps[2]?.requested;

  it('shows health, slots, charts, work, decisions and events', async () => {
    const { page, complaints, screenshot } = await look();
    expect(await text(page, 'policy-health')).toMatch(/queue-demo\s*Ready\s*reconciling/);
    expect(await page.getByTestId('tile').count()).toBe(10);
    expect(await text(page, 'capacity-used')).toMatch(/of 10 slots held/);
    expect(await page.getByTestId('app-running').count()).toBe(3);
    expect(await text(page, 'metric-value')).toMatch(/^\d+( ± [\d.]+)?$/);
    expect(await text(page, 'counter-work')).toMatch(/Work done by queue-demo\/remainder[\d,]+/);
    expect(await text(page, 'decision')).toMatch(/\d\d:\d\d:\d\dqueue-demo\/\w+ \d+ → \d+/);
    expect(await text(page, 'event')).toMatch(/PolicyAccepted.*the policy is valid/);
    await expect.poll(() => drawn(page), SOON).toEqual([true, true]);
    await expect.poll(() => text(page, 'history-begins'), SOON).toMatch(/^history begins at \d\d:\d\d:\d\d$/);
    await screenshot('page-light');
    expect(complaints).toEqual([]);
  });

  it('shows tiles passing between apps, hatched while starting and fading while stopping', async () => {
    const { page, world } = await look();
    const seen = new Set<string>();
    const owners = new Map<string, Set<string>>();
    const handedOver = async (): Promise<boolean> => {
      await world.step();
      for (const tile of await tiles(page)) {
        seen.add(tile.phase);
        owners.set(tile.key, (owners.get(tile.key) ?? new Set()).add(tile.app));
      }
      return (
        seen.has('starting') && seen.has('stopping') && [...owners.values()].some((apps) => apps.size > 1)
      );
    };
    await expect.poll(handedOver, { timeout: 120_000, interval: 260 }).toBe(true);
  });

  it('scales by button, keyboard and number, within what is allowed', async () => {
    const { page, world, complaints } = await look({ pastS: 5 });
    const [more, slider, number] = [
      page.getByTestId('more'),
      page.getByTestId('slider'),
      page.getByTestId('number'),
    ];
    const enter = (n: string) => number.fill(n).then(() => number.press('Enter'));
    const ways: readonly (readonly [() => Promise<void>, number])[] = [
      [() => more.click(), 4],
      [() => more.click({ clickCount: 3 }), 7],
      [() => slider.press('ArrowLeft'), 6],
      [() => enter('8'), 8],
      [() => enter('99'), 10],
    ];
    for (const [act, want] of ways) {
      await act();
      await expect.poll(() => producerAsked(world), SOON).toBe(want);
      await expect.poll(() => number.inputValue(), SOON).toBe(String(want));
      await expect.poll(() => text(page, 'control-note'), SOON).toMatch(new RegExp(`^${want} asked for`));
    }
    expect(await more.isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('leaves alone what somebody types while the count before it is still asked for', async () => {
    const answer = Promise.withResolvers<void>();
    const scale: OperatorActions['scale'] = async (...wish) => {
      await world.demo.state.actions.scale(...wish);
      await answer.promise;
    };
    const { page, world } = await look({ pastS: 5, actions: { scale: (...wish) => scale(...wish) } });
    const number = page.getByTestId('number');
    await page.getByTestId('more').click();
    await expect.poll(() => text(page, 'control-note'), SOON).toMatch(/^4 asked for/);
    await number.fill('8');
    const atFirst = await text(page, 'connection');
    await expect.poll(() => text(page, 'connection'), SOON).not.toBe(atFirst);
    expect(await number.inputValue()).toBe('8');
    answer.resolve();
    await number.press('Enter');
    await expect.poll(() => producerAsked(world), SOON).toBe(8);
  });

  it('says why it could not scale, and goes back to what is', async () => {
    const { page, world } = await look({ pastS: 5 });
    world.demo.failNext('apply', 'scaling /queue-demo/producer: marathon answered 503');
    await page.getByTestId('more').click();
    await expect.poll(() => text(page, 'control-note'), SOON).toContain('marathon answered 503');
    await expect.poll(() => page.getByTestId('number').inputValue(), SOON).toBe('3');
  });

  it('shows no number for a metric that was not read, and why', async () => {
    const { page, world, screenshot } = await look();
    world.demo.loseQueue('the queue answered 403: AuthenticationFailed');
    await world.pass(20_000);
    await expect.poll(() => text(page, 'metric-value'), SOON).toBe('–');
    expect(await text(page, 'metric')).toContain('not read');
    await expect
      .poll(() => text(page, 'policy-health'), SOON)
      .toMatch(/Not ready.*Metric not read for \d+ s.*403/s);
    for (const id of ['app', 'charts'])
      expect(await page.getByTestId(id).first().innerText()).not.toContain('403');
    await screenshot('page-trouble');
  });

  it('says when Marathon does not answer', async () => {
    const { page, world } = await look({ pastS: 5 });
    world.demo.failNext('observe', 'connection refused');
    await world.step();
    await expect.poll(() => text(page, 'troubles'), SOON).toContain('connection refused');
  });

  it('does not show as live what an operator that hangs said last', async () => {
    const { page, world } = await look({ pastS: 5 });
    expect(await page.getByTestId('pool').getAttribute('data-late')).toBeNull();
    const goOn = world.demo.holdRounds();
    await world.pass(22_000);
    await expect.poll(() => text(page, 'round-age'), SOON).toMatch(/last round 2\d s ago/);
    expect(await page.getByTestId('pool').getAttribute('data-late')).toBe('');
    await expect
      .poll(() => text(page, 'cause'), SOON)
      .toMatch(/^Nothing decided for 2\d s: a scheduler or a metric does not answer/);
    expect(await text(page, 'policy-health')).toContain('Nothing decided');
    expect(await page.getByTestId('policy-health').getAttribute('data-level')).toBe('limited');
    goOn();
    await world.step();
    await expect.poll(() => page.getByTestId('pool').getAttribute('data-late'), SOON).toBeNull();
    await expect.poll(() => text(page, 'policy-health'), SOON).not.toContain('Nothing decided');
  });

  it('says that the connection is lost, and recovers with the next start of the operator', async () => {
    // The next start listens where this one did: at a port that nobody else is given meanwhile.
    const { page, world, screenshot } = await look({ port: await freePort() });
    await world.shut();
    await page.getByTestId('stale-banner').waitFor();
    expect(await text(page, 'stale-banner')).toMatch(/Connection lost, showing state of \d\d:\d\d:\d\d/);
    expect(await text(page, 'connection')).toBe('not live');
    expect(await page.getByTestId('more').isDisabled()).toBe(true);
    await screenshot('page-stale');
    await world.open();
    await page.getByTestId('stale-banner').waitFor({ state: 'hidden' });
    await page.getByTestId('less').click();
    await expect.poll(() => producerAsked(world), SOON).toBe(2);
  });

  it('pauses a policy for a while, with who and why, and lets it go on', async () => {
    const { page, world, complaints, screenshot } = await look({ pastS: 5 });
    const form = page.getByTestId('pause-form');
    await form.locator('summary').press('Enter');
    await form.getByTestId('pause-reason').press('Escape');
    expect(await form.getAttribute('open')).toBeNull();
    await page.keyboard.press('Enter');
    expect(await form.getByTestId('pause-for').inputValue()).toBe('1h');
    await form.getByTestId('pause-for').selectOption('15m');
    await form.getByTestId('pause-reason').fill('moving <the> queue');
    await screenshot('page-pause-form');
    await form.getByTestId('pause').press('Enter');
    await expect
      .poll(() => text(page, 'paused'), SOON)
      .toMatch(/^Paused by page until \d\d:\d\d:\d\d(?: on \d+ \w+)?, 15 min left: moving <the> queue$/);
    expect(await form.isVisible()).toBe(false);
    await expect
      .poll(() => text(page, 'intervention'), SOON)
      .toMatch(
        /^Pause queue-demo by page until \d\d:\d\d:\d\d(?: on \d+ \w+)?, 15 min leftmoving <the> queueResume$/,
      );
    await screenshot('page-paused');
    for (const width of [390, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      const [interventions, decisions] = await Promise.all(
        ['interventions', 'decisions-title'].map((id) => page.getByTestId(id).boundingBox()),
      );
      expect(interventions?.y, `${width} px wide`).toBeLessThan(decisions?.y ?? 0);
    }
    const before = world.demo.view().stats.writes;
    await world.pass(20_000);
    expect(world.demo.view().stats.writes).toBe(before);
    await page.getByTestId('intervention-end').click();
    await page.getByTestId('paused').waitFor({ state: 'hidden' });
    await page.getByTestId('interventions').waitFor({ state: 'hidden' });
    expect([await form.isVisible(), await page.getByTestId('resume').isVisible()]).toEqual([true, false]);
    expect(complaints).toEqual([]);
  });

  it('holds an app at a count for a while, counts down, and gives it back', async () => {
    const { page, world, complaints, screenshot } = await look({ pastS: 5 });
    const form = page.getByTestId('hold-form').first();
    await form.locator('summary').press('Enter');
    await form.getByTestId('hold-number').fill('99');
    await form.getByTestId('hold-less').click();
    await expect.poll(() => form.getByTestId('hold-number').inputValue(), SOON).toBe('9');
    expect(await form.getByTestId('hold-for').inputValue()).toBe('1h');
    await form.getByTestId('hold-reason').fill('launch day');
    await form.getByTestId('hold').click();
    await expect
      .poll(() => text(page, 'held'), SOON)
      .toMatch(/^Held at 9 by page until \d\d:\d\d:\d\d(?: on \d+ \w+)?, 60 min left: launch day$/);
    expect(world.demo.view().pools[0]?.policies[0]?.apps[0]?.override?.instances).toBe(9);
    await screenshot('page-held');
    await world.pass(3 * 60_000);
    await expect.poll(() => text(page, 'held'), SOON).toMatch(/57 min left: launch day$/);
    await page.getByTestId('give-back').first().click();
    await page.getByTestId('held').first().waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('shows until when and why a policy is paused, and the pause ends by itself', async () => {
    const { page, world } = await look({ pastS: 5 });
    const key = resourceKey({ namespace: 'default', name: 'queue-demo' });
    await world.demo.state.actions.pause(key, { forMs: 60_000, reason: 'moving <the> queue' });
    await expect
      .poll(() => text(page, 'paused'), SOON)
      .toMatch(/until \d\d:\d\d:\d\d(?: on \d+ \w+)?, \d+ s left: moving <the> queue$/);
    expect(await page.getByTestId('resume').isVisible()).toBe(true);
    await world.pass(61_000);
    await page.getByTestId('paused').waitFor({ state: 'hidden' });
    await expect
      .poll(() => text(page, 'intervention'), SOON)
      .toMatch(
        /^Pause queue-demo by hand, ended \d\d:\d\d:\d\d(?: on \d+ \w+)?moving <the> queue · its time is over/,
      );
    expect(await page.getByTestId('intervention-end').isVisible()).toBe(false);
  });

  it('says why a pause was refused', async () => {
    const refuse = (): never => {
      throw new TerminalError('policy default/queue-demo does not run');
    };
    const { page } = await look({ pastS: 5, actions: { pause: refuse } });
    await page.getByTestId('pause-form').locator('summary').click();
    await page.getByTestId('pause').click();
    await expect.poll(() => text(page, 'pause-note'), SOON).toBe('policy default/queue-demo does not run');
    expect(await page.getByTestId('paused').isVisible()).toBe(false);
  });

  it('presses nothing while what it shows is old', async () => {
    const { page, world } = await look({ pastS: 5 });
    await page.getByTestId('hold-form').first().locator('summary').click();
    await world.shut();
    await page.getByTestId('stale-banner').waitFor();
    expect(await page.getByTestId('pause').isDisabled()).toBe(true);
    expect(await page.getByTestId('hold').first().isDisabled()).toBe(true);
  });

  it('takes names for text, whatever they hold', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const { page, complaints } = await look({ title: (name) => `${name}${evil}` });
    expect(await text(page, 'app')).toContain(`consumer${evil}`);
    expect(await text(page, 'decision')).toContain(evil);
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    { name: 'page-dark', options: { colorScheme: 'dark' } as const },
    { name: 'page-phone', options: { viewport: { width: 360, height: 740 }, isMobile: true } },
    { name: 'page-wall', options: { viewport: { width: 1920, height: 1080 } } },
  ])('fits: $name', async ({ name, options }) => {
    const { page, screenshot, complaints } = await look({}, options);
    await expect.poll(() => drawn(page), SOON).toEqual([true, true]);
    await screenshot(name);
    const [content, window] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
      number,
      number,
    ];
    expect(content).toBeLessThanOrEqual(window);
    expect(complaints).toEqual([]);
  });
});

/** For each chart whether anything coloured is on it. Scripts are strings: this project compiles without the DOM. */
function drawn(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 0 && Math.abs(data[i] - data[i + 2]) > 60) return true;
    return false;
  })`);
}

interface SeenTile {
  readonly key: string;
  readonly phase: string;
  readonly app: string;
}

function tiles(page: Page): Promise<readonly SeenTile[]> {
  return page.evaluate(`[...document.querySelectorAll('[data-testid=tile]')].map(
    ({ dataset: { key, phase, app } }) => ({ key, phase, app: app ?? 'free' }))`);
}
