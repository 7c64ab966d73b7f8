// A real browser for tests of the page: Debian's Chromium through playwright-core.

import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The binary itself: Debian's wrapper script adds flags of its own. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/lib/chromium/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Why browser tests cannot run here, or undefined: `describe.skipIf(browserMissing())`. Prints the reason.
 * Under CI a missing browser is a failure, so there it is never skipped.
 */
export function browserMissing(): boolean {
  if (existsSync(EXECUTABLE) || process.env['CI'] === 'true') return false;
  console.warn(`browser tests skipped: no ${EXECUTABLE} (apt-get install chromium, or set CHROMIUM)`);
  return true;
}

/** Starts Chromium with a fresh profile; close it in afterAll. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, headless: true });
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and refusals (CSP among them) that the browser reported; a test ends with none. */
  readonly complaints: readonly string[];
  /** Keeps a picture under test-results/ and returns its path. */
  screenshot(name: string): Promise<string>;
}

/** What there is once the operator has said something: a policy, the list of them, or that there is none. */
const FIRST_PICTURE = ['policy-health', 'overview', 'empty']
  .map(
    (id) => `body:has([data-testid="connection"]:not(:text-is("connecting…"))) [data-testid="${id}"]:visible`,
  )
  .join(', ');

/** Whoever makes or removes a network of containers on this machine ends what Chromium is fetching; the page is opened again. */
const NETWORK_CHANGED = 'net::ERR_NETWORK_CHANGED';
const TIMES = 3;

/**
 * Opens the dashboard and waits for its first picture. What tests look for, all by `data-testid`:
 * `connection`, `counted`, `stale-banner`, `troubles`, `empty`, `back`; of a list `overview`, `search`, `show`, `matching`,
 * `policy-row` (`data-level`), `pool-row`, `next-page`, `previous-page`; of a pool `members`, `policy-health` (`data-level`)
 * with `cause`, `cause-why|tried|todo`, `round-age`, `capacity-used`, `tile`
 * (`data-phase`, `data-app`), `app` (`data-app`) with `app-running`, `metric` with `metric-value`,
 * `instances`, `counter-work|produced|consumed`, `control` (`data-app`) with `less`, `more`, `number`,
 * `slider`, `control-note`; of interventions `pause`, `paused`, `pause-note`, `hold-form` with `hold-number`, `hold-less`,
 * `hold-more`, `hold-for`, `hold`, and `held`, `give-back`, `hold-note`; `user`, `log-out`; and `decision` with `steps-of`, `event` in `decisions`, `events`;
 * `past` with `then` and `back-to-now`; `interventions` with `intervention`, `intervention-end`;
 * `decision-mark`, `last-SECONDS`, `span`, `record-note`, `trouble-bar` on the charts, `decisions-title`, and the dialog `steps` with `steps-list`.
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes(NETWORK_CHANGED))
      complaints.push(message.text());
  });
  await goTo(page, url);
  const screenshot = async (name: string): Promise<string> => {
    const directory = resolve(import.meta.dirname, '../../../test-results');
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `${name}.png`);
    await page.screenshot({ path, fullPage: true });
    return path;
  };
  return { page, complaints, screenshot };
}

async function goTo(page: Page, url: string, times = TIMES): Promise<void> {
  try {
    await page.goto(url);
    await page.locator(FIRST_PICTURE).first().waitFor();
  } catch (error) {
    if (times <= 1) throw error;
    await goTo(page, url, times - 1);
  }
}
