// Somebody changed an app in Marathon, and its policy only reports that: on the page the change is put back, or kept.

import { writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, launchBrowser, openPage } from '../../support/page/browser.ts';
import { Laptop, type MarathonServer, type Operator } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

const APP = '/edited/worker';
const WITHIN_MS = 60_000;

const POLICY = {
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name: 'edited' },
  spec: {
    interval: '200ms',
    drift: 'Report',
    capacity: { slots: 2 },
    apps: [
      {
        name: 'worker',
        priority: 1,
        instances: { min: 1 },
        remainder: {},
        app: { cmd: 'sleep 1000', user: 'nobody', cpus: 0.01, mem: 16 },
      },
    ],
  },
};

describe.skipIf(browserMissing())('a definition that differs from the policy', { timeout: 200_000 }, () => {
  const laptop = new Laptop();
  let marathon: MarathonServer;
  let operator: Operator;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    marathon = await laptop.marathon();
    operator = await laptop.operator({ marathon: marathon.url, more: ['--data', laptop.path('data')] });
    const file = laptop.path('edited.yaml');
    writeFileSync(file, dump(POLICY));
    expect(await operator.ask('apply', '-f', file)).toMatchObject({ code: 0, stderr: '' });
    await operator.reason('edited', 'Applied', 'UpToDate');
    browser = await launchBrowser();
    ({ page } = await openPage(browser, operator.page));
  });

  afterAll(async () => {
    await browser?.close();
    await laptop.end();
  });

  /** Changes the memory in Marathon, and opens what the page says of it. */
  async function edited(from: number, mem: number): Promise<void> {
    await operator.reason('edited', 'Applied', 'UpToDate');
    await page.getByTestId('drift-of').waitFor({ state: 'hidden' });
    await marathon.put(APP, { mem });
    await operator.reason('edited', 'Applied', 'Drifted');
    await page.getByTestId('drift-of').click();
    await until(
      'the dialog to show both values',
      async () =>
        (await page.getByTestId('drift-fields').innerText()).match(new RegExp(`mem\\s+${from}\\s+${mem}`)),
      WITHIN_MS,
    );
  }

  it('is kept by a button, which writes it into the policy', async () => {
    await edited(16, 32);
    await page.getByTestId('keep').click();
    await operator.reason('edited', 'Applied', 'UpToDate');
    const got = await operator.ask('get', 'edited', '-o', 'json');
    expect(JSON.parse(got.stdout).spec.apps[0].app).toMatchObject({ mem: 32, cmd: 'sleep 1000' });
    expect(await memory()).toBe(32);
  });

  it('is put back by a button', async () => {
    await edited(32, 24);
    await page.getByTestId('put-back').click();
    await until('the memory of the policy', async () => (await memory()) === 32, WITHIN_MS);
  });

  it('is kept for a while by a button, as an intervention that says who, until when and why', async () => {
    await edited(32, 48);
    await page.getByTestId('keep-reason').fill('it ran out of memory');
    await page.getByTestId('keep-for').selectOption('4h');
    await page.getByTestId('keep-while').click();
    await operator.reason('edited', 'Applied', 'UpToDate');
    expect(await memory()).toBe(48);
    await until(
      'the page to list it',
      async () =>
        /^Kept as it runs edited\/worker by page until .* leftit ran out of memoryEnd$/.test(
          (await page.getByTestId('intervention').first().textContent()) ?? '',
        ),
      WITHIN_MS,
    );
    await page.getByTestId('intervention-end').first().click();
    await operator.reason('edited', 'Applied', 'Drifted');
  });

  async function memory(): Promise<unknown> {
    return (await marathon.app(APP))?.mem;
  }
});
