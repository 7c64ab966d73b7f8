// `microscaling run` as a platform engineer lives with it: edits, mistakes, foreign counts, restarts.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { busyWorker, fixedApp, policyText, rest, TASK } from '../../support/programs/policies.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';

const WORKER = '/shop/worker';
const REST = '/shop/rest';
const TILL = '/shop/till';

/** Six slots; the worker always needs more than its maximum. */
const SHOP = policyText('shop', 6, busyWorker(3), rest(), fixedApp('till'));

/** Its queue is on a port where nobody listens. */
const ORDERS = policyText(
  'orders',
  4,
  `  - name: worker
    priority: 1
    instances: { min: 1, max: 4 }
    targets:
    - perInstance: 10
      metric:
        azureStorageQueue:
          queueName: orders
          connectionString: { fromEnv: ORDERS_CONNECTION }
    app: ${TASK}
`,
);

const laptop = new Laptop();
const dir = laptop.path('policies');
let env: Readonly<Record<string, string>>;
let marathon: MarathonServer;
let operator: Operator;

function put(name: string, text: string): void {
  writeFileSync(laptop.path('policies', name), text);
}

function remove(name: string): void {
  rmSync(laptop.path('policies', name));
}

/** A policy like the shop's, of at most one worker, that no other test has. */
async function stallRuns(name: string): Promise<void> {
  put(`${name}.yaml`, SHOP.replaceAll('shop', name).replace('max: 3', 'max: 1'));
  await untilCount(marathon, `/${name}/worker`, 1);
  await untilCount(marathon, `/${name}/rest`, 5);
  await untilCount(marathon, `/${name}/till`, 1);
  await operator.reason(name, 'Ready', 'AllTrue');
}

beforeAll(async () => {
  mkdirSync(dir);
  put('shop.yaml', SHOP);
  const key = Buffer.from('not-the-key-of-anything').toString('base64');
  const endpoint = `http://127.0.0.1:${await freePort()}/acc`;
  env = { ORDERS_CONNECTION: `AccountName=acc;AccountKey=${key};QueueEndpoint=${endpoint};` };
});
afterAll(() => laptop.end());

describe('microscaling run', { concurrent: false }, () => {
  it('is not ready before Marathon was read, and makes the apps once it is there', async () => {
    const port = await freePort();
    const operator = await laptop.operator({ policies: dir, marathon: `http://127.0.0.1:${port}`, env });
    const refused = await operator.reason('shop', 'Applied', 'MarathonUnavailable');
    expect(refused.message).toMatch(/127\.0\.0\.1:\d+: connection refused.*counts are left as they are/);
    const { status, text } = await operator.readyz();
    expect(status).toBe(503);
    expect(text).toMatch(/not ready: Marathon at http:\S+ was not read: .*connection refused/);
    const marathon = await laptop.marathon({ port });
    await until('the operator to be ready', async () => (await operator.readyz()).status === 200);
    await untilCount(marathon, WORKER, 3);
    await untilCount(marathon, REST, 3);
    await operator.reason('shop', 'Ready', 'AllTrue');
    expect(await marathon.counts()).toEqual({ [WORKER]: 3, [REST]: 3, [TILL]: 1 });
    expect(await operator.stop()).toBe(0);
    await marathon.kill();
  });

  describe('with a Marathon from the start', () => {
    beforeAll(async () => {
      marathon = await laptop.marathon();
      operator = await laptop.operator({ policies: dir, marathon: marathon.url, env });
      await untilCount(marathon, WORKER, 3);
      await untilCount(marathon, REST, 3);
      await operator.reason('shop', 'Ready', 'AllTrue');
    });

    it('tells its policies and why every count is what it is', async () => {
      const [list, one, why, strange] = await Promise.all([
        operator.ask('get'),
        operator.ask('get', 'shop', '-o', 'json'),
        operator.ask('explain', 'shop'),
        operator.ask('explain', 'shoe'),
      ]);
      expect(list.stdout).toMatch(
        /^NAMESPACE +NAME +READY +MODE +TARGETS +APPS +USED +LIMITED +HELD BY HAND +AGE\n/,
      );
      expect(list.stdout).toMatch(/^default +shop +True +Reconcile +\S+ .*3 +6\/6 +True +\d+[sm]\S*$/m);
      const { status } = JSON.parse(one.stdout) as { status: { apps: unknown; capacity: unknown } };
      expect(status.capacity).toEqual({ total: 6, used: 6 });
      expect(status.apps).toMatchObject([
        { id: WORKER, granted: 3, requested: 3, limitedBy: 'max' },
        { id: REST, granted: 3, requested: 3 },
        { id: TILL, requested: 1 },
      ]);
      expect(why.stdout).toMatch(/^worker \(\/shop\/worker, scaled\): wanted 3: .*at most 3/m);
      expect(why.stdout).toMatch(/^ +input: random 100–200: \d+ messages/m);
      expect(why.stdout).toMatch(/^ +max +\d+ +3 +at most 3$/m);
      expect(why.stdout).toMatch(/^rest \(\/shop\/rest, remainder\): .*takes what nobody above needs/m);
      expect([list.code, one.code, why.code]).toEqual([0, 0, 0]);
      expect(strange.code).toBe(1);
      expect(strange.stderr).toMatch(/no MicroscalingPolicy default\/shoe .*did you mean shop\?/);
    });

    it('follows an edit without a restart: another bound, another app', async () => {
      const extra = fixedApp('extra', 2);
      put('shop.yaml', SHOP.replace('max: 3', 'max: 2') + extra);
      await untilCount(marathon, WORKER, 2);
      await untilCount(marathon, REST, 4);
      await untilCount(marathon, '/shop/extra', 2);
      put('shop.yaml', SHOP);
      await untilCount(marathon, WORKER, 3);
      await until('the app to be released', () => operator.logged(/Released.*\/shop\/extra/).length === 1);
      expect(await marathon.counts()).toMatchObject({ '/shop/extra': 2 });
    });

    it('goes on with the last good version after a bad edit, and says where the mistake is', async () => {
      put('shop.yaml', SHOP.replace('max: 3', 'max: three'));
      put('aisle.yaml', SHOP.replaceAll('shop', 'aisle').replace('max: 3', 'max: 1'));
      const refused = await operator.reason('shop', 'Accepted', 'InvalidSpec');
      expect(refused.message).toMatch(
        /policies\/shop\.yaml:10: spec\.apps\[0\]\.instances\.max must be a whole number.*goes on running/,
      );
      expect(
        await operator.untilLogged(/WARN.*InvalidSpec.*shop\.yaml:10: spec\.apps\[0\]\.instances\.max/),
      ).toHaveLength(1);
      // The good file beside it is not kept waiting, and the last good version still acts.
      await untilCount(marathon, '/aisle/worker', 1);
      await untilCount(marathon, '/aisle/rest', 5);
      await marathon.put(REST, { instances: 1 });
      await operator.reason('shop', 'Conflict', 'ManualScale');
      put('shop.yaml', SHOP);
      await operator.reason('shop', 'Accepted', 'Valid');
      expect((await marathon.app(WORKER))?.instances).toBe(3);
    });

    it('takes a file that is renamed away and back as the same policy', async () => {
      await stallRuns('booth');
      const [here, away] = [laptop.path('policies', 'booth.yaml'), laptop.path('policies', 'booth.off')];
      // As some editors save; nobody is to notice, so that below each app is let go once.
      renameSync(here, away);
      renameSync(away, here);
      put('shop.yaml', SHOP.replace('max: 3', 'max: 2'));
      await untilCount(marathon, WORKER, 2);
      renameSync(here, away);
      await until('the policy to be gone', async () => (await operator.policy('booth')) === undefined);
      await until('its apps to be let go', () => operator.logged(/Released.*\/booth\//).length === 3);
      expect(await marathon.counts()).toMatchObject({
        '/booth/worker': 1,
        '/booth/rest': 5,
        '/booth/till': 1,
      });
      renameSync(away, here);
      await operator.reason('booth', 'Ready', 'AllTrue');
      expect(await marathon.counts()).toMatchObject({
        '/booth/worker': 1,
        '/booth/rest': 5,
        '/booth/till': 1,
      });
    });

    it.each([
      {
        what: 'a second policy of the same name',
        whom: 'stall',
        goesOn: /generation \d+ goes on running/,
        reason: 'DuplicatePolicy',
        text: SHOP.replaceAll('shop', 'stall'),
        words: /policy default\/stall is in \S*again\.yaml:\d+ and \S*stall\.yaml:\d+/,
      },
      {
        what: 'a policy over the same app',
        whom: 'copy',
        goesOn: /this one to default\/stall, which has it already/,
        reason: 'DuplicateApp',
        text: SHOP.replaceAll('shop', 'copy').replace('name: till', 'name: till, id: /stall/till'),
        words:
          /app \/stall\/till is named by default\/stall \(\S*stall\.yaml:\d+\) and default\/copy \(\S*again\.yaml:\d+\)/,
      },
    ])(
      'refuses $what, naming both places, and keeps what runs',
      async ({ reason, text, words, whom, goesOn }) => {
        await stallRuns('stall');
        put('again.yaml', text);
        const refused = await operator.reason(whom, 'Accepted', reason);
        expect(refused.message).toMatch(words);
        expect(refused.message).toMatch(goesOn);
        expect(Object.keys(await marathon.counts()).filter((id) => id.startsWith('/copy'))).toEqual([]);
        remove('again.yaml');
        await operator.reason('stall', 'Accepted', 'Valid');
        expect(await marathon.counts()).toMatchObject({
          '/stall/worker': 1,
          '/stall/rest': 5,
          '/stall/till': 1,
        });
      },
    );

    it("leaves a fixed app's count to people, and reports and holds theirs of a scaled one", async () => {
      await stallRuns('kiosk');
      await marathon.put('/kiosk/till', { instances: 3 });
      await marathon.put('/kiosk/rest', { instances: 2 });
      const held = await operator.reason('kiosk', 'Conflict', 'ManualScale');
      expect(held.message).toMatch(/\/kiosk\/rest: a person set 2; kept until /);
      expect(
        await operator.untilLogged(/WARN.*ManualScale.*\/kiosk\/rest.*from 5 to 2, set by somebody else/),
      ).toHaveLength(1);
      // Several rounds later, and a policy edit that does not concern them.
      put('kiosk.yaml', SHOP.replaceAll('shop', 'kiosk').replace('max: 3', 'max: 2'));
      await untilCount(marathon, '/kiosk/worker', 2);
      expect(await marathon.counts()).toMatchObject({ '/kiosk/till': 3, '/kiosk/rest': 2 });
    });

    it('says that its port is taken', async () => {
      const api = new URL(operator.page).host;
      const { code, stderr } = await run([
        'run',
        '--policies',
        dir,
        '--marathon',
        marathon.url,
        '--api',
        api,
      ]);
      expect(code).toBe(1);
      expect(
        stderr
          .trim()
          .split('\n')
          .filter((line) => /taken|in use/.test(line)),
      ).toHaveLength(1);
      expect(stderr).toContain(api);
      expect(stderr).not.toMatch(/^ {4}at /m);
    });

    it('scales nothing on the way out, and comes back with the counts of Marathon', async () => {
      put('orders.yaml', ORDERS);
      await operator.reason('orders', 'MetricsAvailable', 'NotRead');
      await untilCount(marathon, '/orders/worker', 1);
      await stallRuns('tent');
      await marathon.put('/tent/rest', { instances: 2 });
      await operator.reason('tent', 'Conflict', 'ManualScale');
      const before = await marathon.counts();
      expect(await operator.stop()).toBe(0);
      expect(operator.log()).toContain('every count stays as it is');
      expect(await marathon.counts()).toEqual(before);

      await marathon.put('/orders/worker', { instances: 3 });
      operator = await laptop.operator({ policies: dir, marathon: marathon.url, env });
      await operator.says(
        'orders',
        'MetricsAvailable',
        /^NotRead: \/orders\/worker: reading queue orders at 127\S+: connection refused.*counts are kept/,
      );
      // The other policies have been through their rounds by now: their hand-set counts are theirs again.
      await untilCount(marathon, '/tent/rest', 5);
      expect((await marathon.app('/orders/worker'))?.instances).toBe(3);
      expect((await operator.policy('orders'))?.status.apps).toMatchObject([
        { granted: 3, metric: 'unavailable' },
      ]);
    });
  });
});
