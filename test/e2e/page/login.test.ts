// The page of an operator that listens beyond its own machine, in a real browser: in with a token, out again.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { createToken, revokeToken } from '../../../src/server/access/tokens.ts';
import { browserMissing, launchBrowser } from '../../support/page/browser.ts';
import { PageWorld } from '../../support/page/page-world.ts';

describe.skipIf(browserMissing())('logging in', () => {
  let browser: Browser;
  let world: PageWorld;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await context.close();
    await world.close();
  });

  async function open(options: Parameters<Browser['newContext']>[0] = {}) {
    const documents = createMemoryDocumentStore();
    const make = (role: 'read' | 'write'): string =>
      createToken(documents, { name: role, role, nowMs: 0, randomBytes: (n) => Buffer.alloc(n, role) });
    const tokens = { reader: make('read'), writer: make('write') };
    world = await PageWorld.start({ pastS: 5, beyond: { documents } });
    world.play();
    context = await browser.newContext(options);
    const page = await context.newPage();
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    await page.goto(world.url);
    return { page, documents, seen, ...tokens };
  }

  async function logIn(page: Page, token: string): Promise<void> {
    await page.getByTestId('login-token').fill(token);
    await page.getByTestId('login').click();
  }

  it('asks for a token, says when it is none, and keeps it out of every URL and script', async () => {
    const { page, writer, seen } = await open();
    expect(new URL(page.url()).pathname).toBe('/login');
    await logIn(page, 'a-guess-of-a-token');
    await expect.poll(() => page.getByTestId('login-note').textContent()).toMatch(/not known here/);
    await logIn(page, writer);
    await page.getByTestId('policy-health').first().waitFor();
    expect(await page.getByTestId('user').textContent()).toContain('write · may change things');
    expect(seen.filter((url) => url.includes(writer))).toEqual([]);
    expect(
      await page.evaluate('document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })'),
    ).toBe('{}');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.value).not.toContain(writer);
  });

  it('lets a token that may write change things, and one that may read only look', async () => {
    const { page, reader, writer } = await open();
    await logIn(page, reader);
    await page.getByTestId('no-changes').waitFor();
    for (const id of ['pause-form', 'resume', 'hold-form', 'give-back'])
      expect(await page.getByTestId(id).first().isVisible(), id).toBe(false);
    await page.getByTestId('log-out').click();
    await logIn(page, writer);
    await page.getByTestId('more').first().click();
    const text = (): Promise<string | null> => page.getByTestId('control-note').first().textContent();
    await expect.poll(text).toMatch(/^4 /);
  });

  it('goes back to the form when the token is revoked, or the session is left', async () => {
    const { page, documents, writer } = await open();
    await logIn(page, writer);
    await page.getByTestId('policy-health').first().waitFor();
    revokeToken(documents, 'write');
    await page.waitForURL('**/login');
    expect((await page.request.get(`${world.url}/ui/history`)).status()).toBe(401);
  });

  it('leads on to the runbook that an alert named, and to no other place', async () => {
    const { page, reader } = await open();
    await page.goto(`${world.url}/docs/runbooks/reasons/AtCapacity.md`);
    await logIn(page, reader);
    await page.waitForURL(`${world.url}/docs/runbooks/reasons/AtCapacity.md`);
    expect(await page.locator('body').innerText()).toMatch(/^# AtCapacity/);
    await page.goto(`${world.url}/login?to=%2F%2Felsewhere.example%2Fx.md`);
    await page.getByTestId('policy-health').first().waitFor();
    expect(new URL(page.url()).origin).toBe(world.url);
  });

  it('shows the page to whoever comes by a link of another site with a session', async () => {
    const { page, reader } = await open();
    await logIn(page, reader);
    await page.getByTestId('policy-health').first().waitFor();
    const link = await context.newPage();
    await link.goto(`data:text/html,<a href="${world.url}/">the operator</a>`);
    await link.getByText('the operator').click();
    await link.getByTestId('policy-health').first().waitFor();
  });

  it.each([
    ['light', 390],
    ['dark', 390],
    ['light', 1280],
    ['dark', 1280],
  ] as const)('fits in %s at %i pixels', async (colorScheme, width) => {
    const { page } = await open({ colorScheme, viewport: { width, height: 740 } });
    await page.getByText('Where do I get a token?').click();
    const directory = resolve(import.meta.dirname, '../../../test-results');
    mkdirSync(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `login-${colorScheme}-${width}.png`) });
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow)).toBe(0);
  });
});
