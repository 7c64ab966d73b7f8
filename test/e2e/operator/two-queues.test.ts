// The example of workers on RabbitMQ and Redis, with the real servers, real workers and the embedded Marathon: as its README says.

import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { Redis as RedisClient } from 'ioredis';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, launchBrowser, type OpenPage, openPage } from '../../support/page/browser.ts';
import { ROOT, run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator } from '../../support/programs/laptop.ts';
import { type Rabbitmq, rabbitmqMissing, startRabbitmq } from '../../support/programs/rabbitmq.ts';
import { type Redis, redisMissing, startRedis } from '../../support/programs/redis.ts';
import { until } from '../../support/until.ts';

const [MAILER, RESIZER, BACKGROUND] = ['mailer', 'resizer', 'background'].map((app) => `/two-queues/${app}`);
const WITHIN_MS = 90_000;
/** At a second each more than all workers do while this is looked at, however long a look takes. */
const MANY = 2_000;

describe.skipIf(rabbitmqMissing() || redisMissing() || browserMissing())(
  'workers on two queues',
  { timeout: 200_000 },
  () => {
    const laptop = new Laptop();
    let rabbitmq: Rabbitmq;
    let redis: Redis;
    let marathon: MarathonServer;
    let operator: Operator;
    let broker: ChannelModel;
    let mails: ConfirmChannel;
    let images: RedisClient;
    let browser: Browser;
    let open: OpenPage;

    beforeAll(async () => {
      [rabbitmq, redis, marathon] = await Promise.all([startRabbitmq(), startRedis(), laptop.marathon()]);
      broker = await connect(rabbitmq.amqpUrl);
      mails = await broker.createConfirmChannel();
      await mails.assertQueue('mails', { durable: true });
      images = new RedisClient(redis.url);
      operator = await laptop.operator({
        policies: `${ROOT}/specs/policies/rabbitmq-and-redis.yaml`,
        marathon: marathon.url,
        env: {
          PROGRAMS: `${ROOT}/specs/programs`,
          RABBITMQ_MANAGEMENT_URL: rabbitmq.url,
          RABBITMQ_URL: rabbitmq.amqpUrl,
          RABBITMQ_PASSWORD: 'guest',
          REDIS_URL: redis.url,
        },
      });
      browser = await launchBrowser();
      open = await openPage(browser, operator.page);
    });

    afterAll(async () => {
      await browser?.close();
      await broker?.close().catch(() => undefined);
      images?.disconnect();
      await laptop.end();
      await Promise.all([rabbitmq?.stop(), redis?.stop()]);
    });

    const counts = async (): Promise<readonly number[]> => {
      const all = await marathon.counts();
      return [MAILER, RESIZER, BACKGROUND].map((id = '') => all[id] ?? 0);
    };
    const ask = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run([...args, '--server', operator.page]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };

    it('gives the machine to the background while both queues are empty', async () => {
      await until('one worker each', async () => `${await counts()}` === '1,1,8', WITHIN_MS);
    });

    it('gives instances to the workers of RabbitMQ while their queue is over its target', async () => {
      for (let i = 0; i < MANY; i++) mails.sendToQueue('mails', Buffer.from(`${i}`), { persistent: true });
      await mails.waitForConfirms();
      const [, , background] = await until(
        'more mailers',
        async () => {
          const all = await counts();
          return (all[0] ?? 0) >= 5 && all;
        },
        WITHIN_MS,
      );
      expect(background).toBeLessThanOrEqual(4);
    });

    it('gives instances to the workers of Redis, too, and tells what they hold from what waits', async () => {
      await images.rpush('images', ...Array.from({ length: MANY }, (_, i) => i));
      await until('more resizers', async () => ((await counts())[1] ?? 0) >= 2, WITHIN_MS);
      const held = (app: string) => new RegExp(`^${app} +\\d+/10 \\([1-9]\\d* in flight\\)`, 'm');
      const shown = async (...args: readonly string[]): Promise<string> =>
        await until(
          'held messages to be told',
          async () => {
            const text = await ask(...args, 'two-queues');
            return /[1-9]\d* in flight.*[1-9]\d* in flight/s.test(text) && text;
          },
          WITHIN_MS,
        );
      for (const command of ['get', 'describe']) {
        const text = (await shown(command)).replaceAll(/^ +/gm, '');
        expect(text).toMatch(held('mailer'));
        expect(text).toMatch(held('resizer'));
      }
      expect(await shown('explain')).toMatch(
        /input: queue mails: \d+ messages, [1-9]\d* in flight, target 10/,
      );
      await open.screenshot('two-queues');
      for (const metric of await open.page.getByTestId('metric').allTextContents())
        expect(metric).toMatch(/waiting, \d+ in flight · target 10/);
      expect(open.complaints).toEqual([]);
    });

    it('gives the machine back when the work is done', async () => {
      await mails.purgeQueue('mails');
      await images.del('images');
      await until('one worker each', async () => `${await counts()}` === '1,1,8', WITHIN_MS);
      await until('nothing to be worked on', async () => (await images.llen('images:held')) === 0);
    });
  },
);
