// The real operator, whose wall clock is set while it runs: it goes on as if nothing was.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faketimeMissing, WallClock } from '../../support/programs/faketime.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { policyText, steadyWorker } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const WORKER = '/steady/worker';
/** The shortest that there is: ten rounds are waited for, eight times. */
const POLICY = policyText('steady', 6, steadyWorker()).replace('interval: 200ms', 'interval: 100ms');

const laptop = new Laptop();
let clock: WallClock;
let marathon: MarathonServer;
let operator: Operator;

/** By the operator's own clock. */
const aheadS = async (): Promise<number> => {
  const response = await fetch(`${operator.page}/healthz`);
  await response.body?.cancel();
  return Math.round((Date.parse(response.headers.get('date') ?? '') - Date.now()) / 1_000);
};
/** That went to their end. */
const rounds = async (): Promise<number> => {
  const text = await (await fetch(`${operator.page}/metrics`)).text();
  const lines = [...text.matchAll(/^microscaling_rounds_total\{[^}]*result="complete"[^}]*\} (\d+)/gm)];
  return lines.reduce((sum, [, count]) => sum + Number(count), 0);
};
const probes = async (): Promise<readonly number[]> =>
  Promise.all(['/healthz', '/readyz'].map(async (path) => (await fetch(operator.page + path)).status));

describe.skipIf(faketimeMissing())('a wall clock that is set', { concurrent: false }, () => {
  beforeAll(async () => {
    writeFileSync(laptop.path('policy.yaml'), POLICY);
    clock = new WallClock(laptop.path('clock'));
    marathon = await laptop.marathon();
    operator = await laptop.operator({
      policies: laptop.path('policy.yaml'),
      marathon: marathon.url,
      env: clock.env(),
    });
    await untilCount(marathon, WORKER, 3);
  });
  afterAll(() => laptop.end());

  it.each([-60, 0, 60, 0, -3_600, 0, 3_600, 0])('%i s off stops no round', async (offS) => {
    clock.set(offS);
    await until('the operator to have that clock', async () => Math.abs((await aheadS()) - offS) < 10);
    const before = await rounds();
    await until('rounds to go on', async () => (await rounds()) >= before + 10);
    expect(await probes()).toEqual([200, 200]);
  });

  it('ends no pause early, and tells its end by the clock as it is', async () => {
    const paused = async (): Promise<string> => {
      const status = await operator.ask('get', 'steady', '-o', 'json');
      return (
        (JSON.parse(status.stdout) as { status: { paused?: { until: string } } }).status.paused?.until ?? ''
      );
    };
    expect((await operator.ask('pause', 'steady', '--for', '30m')).code).toBe(0);
    clock.set(3_600);
    await until('the operator to have that clock', async () => Math.abs((await aheadS()) - 3_600) < 10);
    const minutesLeft = async (): Promise<number> =>
      Math.round((Date.parse(await paused()) - Date.now() - 3_600_000) / 60_000);
    await until('its end to be told anew', async () => (await minutesLeft()) === 30);
    clock.set(0);
    expect((await operator.ask('resume', 'steady')).stdout).toBe('default/steady goes on\n');
  });
});
