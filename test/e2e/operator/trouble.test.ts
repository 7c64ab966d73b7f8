// Bad input and trouble, met by the real operator: a clear line, the rest keeps working, counts stay where they were.

import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Front, startFront } from '../../support/marathon/front.ts';
import { ACCOUNT_KEY, type Azurite, startAzurite } from '../../support/programs/azurite.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { fixedApp, policyText, rest, TASK } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const QUEUE = 'orders';
const WORKER = '/orders/worker';
const REST = '/orders/rest';
const WRONG_KEY = Buffer.from('wrong-key-wrong-key-wrong-key').toString('base64');

/** One worker for every ten messages, of six slots; its app is given the key. */
const ORDERS = policyText(
  'orders',
  6,
  `  - name: worker
    priority: 1
    instances: { min: 1, max: 6 }
    targets:
    - perInstance: 10
      metric: { azureStorageQueue: { queueNameFrom: { fromEnv: AZURE_STORAGE_QUEUE_NAME }, count: Total } }
    behavior: { giveBackAfter: 0s, onMetricFailure: { staleAfter: 1s } }
    app: ${TASK}
    envFrom: [{ name: QUEUE_KEY, from: { fromEnv: AZURE_STORAGE_ACCOUNT_KEY } }]
`,
  rest(),
);

/** The same queue, read with a key that is not its key. */
const LOCKED_OUT = policyText(
  'locked-out',
  4,
  `  - name: worker
    priority: 1
    instances: { min: 2, max: 4 }
    targets:
    - queueLength: 10
      metric:
        azureStorageQueue:
          queueName: ${QUEUE}
          accountKey: { fromEnv: WRONG_KEY }
    app: ${TASK}
`,
);

const fixed = (name: string, cmd: string): string =>
  policyText(name, 2, fixedApp('app', 1, `{ cmd: ${cmd}, cpus: 0.01, mem: 8 }`));

const laptop = new Laptop();
const dir = laptop.path('policies');
let azurite: Azurite;
let marathon: MarathonServer;
let front: Front;
let operator: Operator;

function put(name: string, text: string): void {
  writeFileSync(laptop.path('policies', name), text);
}

/** Makes the queue hold `messages`. Nobody who reads it meanwhile sees more or fewer than it holds before or afterwards. */
async function fill(messages: number): Promise<void> {
  const queue = azurite.queue(QUEUE);
  const { approximateMessagesCount: held = 0 } = await queue.getProperties();
  await Promise.all(
    Array.from({ length: Math.max(0, messages - held) }, (_, i) => queue.sendMessage(`order ${i}`)),
  );
  if (held <= messages) return;
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: held - messages });
  await Promise.all(
    receivedMessageItems.map(({ messageId, popReceipt }) => queue.deleteMessage(messageId, popReceipt)),
  );
}

async function untilCounts(worker: number, rest: number): Promise<void> {
  await untilCount(marathon, WORKER, worker);
  await untilCount(marathon, REST, rest);
}

/** When each app was scaled last: moves with every change of a count, also with one that is taken back. */
async function lastScaled(): Promise<readonly (string | undefined)[]> {
  const apps = await Promise.all([WORKER, REST].map((id) => marathon.app(id)));
  return apps.map((app) => app?.versionInfo.lastScalingAt);
}

/** Waits until a decision was made without the queue: the last good value is too old to serve. */
async function untilHeld(): Promise<void> {
  const url = `${operator.page}/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies/orders/explain`;
  await until('the count to be held', async () => {
    const text = await (await fetch(url)).text();
    return /no reading for \d+ s/.test(text);
  });
}

beforeAll(async () => {
  mkdirSync(dir);
  put('orders.yaml', ORDERS);
  [azurite, marathon] = await Promise.all([startAzurite(), laptop.marathon()]);
  await azurite.queue(QUEUE).create();
  front = await startFront(marathon.url);
  operator = await laptop.operator({
    policies: dir,
    marathon: front.url,
    env: { ...azurite.env(QUEUE), WRONG_KEY },
    more: ['--log-level', 'debug'],
  });
});
beforeEach(async () => {
  await fill(25);
  await untilCounts(3, 3);
});
afterAll(async () => {
  await laptop.end();
  await front.close();
  await azurite.stop();
});

describe('trouble with files', { concurrent: false }, () => {
  it('tells what is wrong with each, and runs the good one among them', async () => {
    const anchors = Array.from(
      { length: 12 },
      (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : Array(9).fill(`*a${i - 1}`)}]`,
    );
    put('bomb.yaml', `${anchors.join('\n')}\n`);
    put('large.yaml', '');
    truncateSync(laptop.path('policies', 'large.yaml'), 50 * 1024 * 1024);
    put('empty.yaml', '');
    put('broken.yaml', 'kind: MicroscalingPolicy\nmetadata: { name: broken }\nspec: [\n');
    put('field.yaml', fixed('field', 'sleep 9').replace('interval', 'intervall'));
    put('type.yaml', fixed('type', 'sleep 9').replace('fixed: 1', 'fixed: one'));
    mkdirSync(laptop.path('policies', 'directory.yaml'));
    symlinkSync('/nowhere/policy.yaml', laptop.path('policies', 'dangling.yaml'));
    put('good.yaml', fixed('good', 'exec sleep 1000'));
    await untilCount(marathon, '/good/app', 1);
    const said = [
      /bomb\.yaml:1".*values once its aliases are written out; at most/,
      /large\.yaml".*52428800 bytes, more than the 1048576 \(1 MiB\).*split it/,
      /empty\.yaml:1".*holds no document/,
      /broken\.yaml:\d+".*is not valid YAML/,
      /field\.yaml:5".*spec\.intervall is not a field; did you mean interval\?/,
      /type\.yaml:8".*spec\.apps\[0\]\.instances\.fixed must be a whole number/,
      /dangling\.yaml".*does not exist; put it right or remove it/,
    ];
    for (const line of said) await operator.untilLogged(line);
    await operator.reason('good', 'Ready', 'AllTrue');
    await operator.reason('orders', 'Ready', 'AllTrue');
    expect(said.map((line) => operator.logged(line).length)).toEqual(said.map(() => 1));
    const [{ code, stdout, stderr }, why] = await Promise.all([
      operator.ask('get'),
      operator.ask('describe', 'field'),
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^default +field +False \(InvalidSpec\)/m);
    expect(why.code, why.stderr).toBe(0);
    expect(why.stdout).toMatch(/field\.yaml:5: spec\.intervall is not a field/);
    expect(stdout).toMatch(/^default +good +True/m);
    expect(stdout).toMatch(/^default +orders +True/m);
    await untilCounts(3, 3);
  });

  it('says that an app cannot start, and keeps scaling the others', async () => {
    put('crash.yaml', fixed('crash', 'exit 1'));
    await operator.says('crash', 'NotLaunching', /^BackingOff: \/crash\/app cannot start its instances/);
    expect(await operator.untilLogged(/WARN.*NotLaunching.*policy default\/crash/)).toHaveLength(1);
    await fill(35);
    await untilCounts(4, 2);
    await fill(25);
    await untilCounts(3, 3);
  });
});

describe('trouble with the queue', { concurrent: false }, () => {
  it('keeps every count while the queue service is away, and while its queue is missing', async () => {
    const before = await lastScaled();
    await azurite.stop();
    await operator.says(
      'orders',
      'MetricsAvailable',
      /^NotRead: \/orders\/worker: reading queue orders at 127\.0\.0\.1:\d+: connection refused/,
    );
    await untilHeld();
    expect(await lastScaled()).toEqual(before);

    azurite = await startAzurite({ port: azurite.port });
    await operator.says('orders', 'MetricsAvailable', /^NotRead: .*the queue does not exist; create it/);
    expect(await lastScaled()).toEqual(before);
    expect(await marathon.counts()).toMatchObject({ [WORKER]: 3, [REST]: 3 });
    expect(await operator.untilLogged(/WARN.*MetricsUnavailable.*policy default\/orders/)).toHaveLength(1);

    await azurite.queue(QUEUE).create();
    await fill(45);
    await untilCounts(5, 1);
    await operator.says('orders', 'MetricsAvailable', /^AllRead/);
  });

  it('says that a key was refused, and shows no key to anybody', async () => {
    put('locked-out.yaml', LOCKED_OUT);
    await operator.says(
      'locked-out',
      'MetricsAvailable',
      /^NotRead: \/locked-out\/worker: reading queue orders at .* answered 403.*the account key was refused; check it/,
    );
    await untilCount(marathon, '/locked-out/worker', 2);
    expect((await marathon.app(WORKER))?.env).toEqual({ QUEUE_KEY: ACCOUNT_KEY });
    const shown = await Promise.all([
      operator.ask('get', 'locked-out'),
      operator.ask('get', '-o', 'yaml'),
      operator.ask('explain', 'locked-out'),
      operator.ask('explain', 'locked-out', '-o', 'json'),
    ]);
    expect(shown.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(shown[2]?.stdout).toMatch(/unavailable \(.*refused/);
    const texts = [
      ...shown.map(({ stdout, stderr }) => stdout + stderr),
      await operator.stream(),
      operator.log(),
    ];
    for (const text of texts) {
      expect(text).toContain('locked-out');
      for (const key of [ACCOUNT_KEY, WRONG_KEY]) {
        expect(text).not.toContain(key);
        expect(text).not.toContain(encodeURIComponent(key));
      }
    }
  });
});

describe('trouble with Marathon', { concurrent: false }, () => {
  it('keeps every count while something else answers in its place, and goes on afterwards', async () => {
    const before = await lastScaled();
    front.turn('html');
    await operator.says(
      'orders',
      'Applied',
      /^MarathonUnavailable: .*127\.0\.0\.1:\d+.*answered 200 with a web page instead of JSON; is the url the base of a Marathon API, or/,
    );
    await fill(15);
    await until('a round that saw the shorter queue', async () => {
      return (await operator.policy('orders'))?.status.apps[0]?.metric === '15 messages';
    });
    expect(
      await operator.untilLogged(
        /WARN.*MarathonUnavailable.*policy default\/orders.*counts are left as they are/,
      ),
    ).toHaveLength(1);
    expect(await lastScaled()).toEqual(before);
    front.turn('pass');
    await untilCounts(2, 4);
    await operator.reason('orders', 'Applied', 'UpToDate');
    expect((await operator.readyz()).status).toBe(200);
  });

  it('works with one that is slow', async () => {
    front.turn('slow');
    await fill(35);
    await untilCounts(4, 2);
    front.turn('pass');
  });

  it('makes the apps again when Marathon comes back without its state', async () => {
    put('good.yaml', fixed('good', 'exec sleep 1000'));
    put('locked-out.yaml', LOCKED_OUT);
    await untilCount(marathon, '/good/app', 1);
    await untilCount(marathon, '/locked-out/worker', 2);
    await marathon.kill();
    await operator.reason('orders', 'Applied', 'MarathonUnavailable');
    marathon = await laptop.marathon();
    front.target = marathon.url;
    await untilCounts(3, 3);
    await untilCount(marathon, '/good/app', 1);
    await untilCount(marathon, '/locked-out/worker', 2);
    await operator.reason('orders', 'Ready', 'AllTrue');
  });

  it('says when no Marathon is configured at all', async () => {
    const file = laptop.path('lonely.yaml');
    writeFileSync(file, fixed('lonely', 'sleep 9'));
    const lonely = laptop.start(['run', '--policies', file, '--api', '127.0.0.1:0']);
    await until('the missing Marathon to be told', () => /--marathon/.test(lonely.stderr()));
    lonely.child.kill('SIGTERM');
    expect(await lonely.ended).toBe(0);
  });

  // The last one: no operator runs after it.
  it('ends at once although Marathon never answers', async () => {
    front.turn('hang');
    await fill(5);
    await operator.says('orders', 'Applied', /^MarathonUnavailable: .*no answer within \d+ ms/);
    expect(await Promise.race([operator.stop(), pause(30_000, 'still running')])).toBe(0);
    expect(await marathon.counts()).toMatchObject({ [WORKER]: 3, [REST]: 3 });
  });
});
