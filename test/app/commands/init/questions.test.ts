import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { initialPolicy } from '../../../../src/app/commands/init/policy.ts';
import {
  appsQuestion,
  queueQuestion,
  slotsQuestion,
  TARGET_QUESTION,
} from '../../../../src/app/commands/init/questions.ts';
import { QUEUE_KINDS, queueOf } from '../../../../src/app/commands/init/queues.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';

const RUNNING = {
  url: 'http://m1:8080',
  instances: new Map([
    ['/shop/batch', 4],
    ['/shop/worker', 3],
  ]),
};

const WORDS: Readonly<Record<string, string>> = {
  azureStorageQueue: 'orders',
  rabbitmq: 'orders',
  redis: 'orders',
  sqs: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
  http: 'https://orders.example.com/stats',
};

describe('a question of init', () => {
  it('takes ids in their order, however they are set apart', () => {
    expect(appsQuestion(undefined).read('/shop/worker, /shop/batch')).toEqual({
      value: ['/shop/worker', '/shop/batch'],
    });
  });

  it.each([
    ['', /at least one/],
    ['worker', /begin with a slash/],
    ['/a /a', /each app once/],
    ['/shop/wroker', /no app \/shop\/wroker at http:\/\/m1:8080; did you mean \/shop\/worker\?/],
  ])('refuses %j for apps', (answer, why) => {
    expect(appsQuestion(RUNNING).read(answer)).toEqual({ wrong: expect.stringMatching(why) });
  });

  it('shows what runs, and offers as many slots as the apps have instances', () => {
    expect(appsQuestion(RUNNING).text).toContain('At http://m1:8080 run: /shop/batch /shop/worker.');
    expect(slotsQuestion(['/shop/worker', '/shop/batch'], RUNNING).fallback).toBe('7');
    expect(slotsQuestion(['/shop/worker'], undefined).fallback).toBe('10');
  });

  it.each([
    ['50', { value: { queueLength: 50 } }],
    ['30s', { value: { drainTime: '30s' } }],
    ['0', { wrong: expect.any(String) }],
    ['soon', { wrong: expect.any(String) }],
  ])('takes %j as a target: %j', (answer, read) => {
    expect(TARGET_QUESTION.read(answer)).toEqual(read);
  });

  it.each([
    ['1', /each of the 2 apps keeps one/],
    ['many', /no count/],
  ])('refuses %j slots for two apps', (answer, why) => {
    expect(slotsQuestion(['/a', '/b'], undefined).read(answer)).toEqual({
      wrong: expect.stringMatching(why),
    });
  });

  it.each([
    ['rabitmq orders', /none of azureStorageQueue, rabbitmq/],
    ['rabbitmq', /say rabbitmq NAME/],
    ['rabbitmq two words', /say rabbitmq NAME/],
    ['sqs orders', /say sqs https:/],
    ['http orders', /say http URL/],
  ])('refuses %j for a queue', (answer, why) => {
    expect(queueQuestion('/shop/worker').read(answer)).toEqual({ wrong: expect.stringMatching(why) });
  });
});

describe('the policy of init', () => {
  it.each(QUEUE_KINDS)('is valid with $kind', ({ kind }) => {
    const queue = queueOf(`${kind} ${WORDS[kind]}`);
    if (typeof queue === 'string') throw new Error(queue);
    const apps = ['/shop/worker', '/shop/mails', '/other/worker'];
    const text = initialPolicy({ apps, queue, target: { queueLength: 50 }, slots: 12 });
    const { problems } = loadPolicies(text, 'init');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(load(text)).toMatchObject({
      spec: {
        mode: 'Observe',
        capacity: { slots: 12 },
        apps: [
          { name: 'worker', id: '/shop/worker', adopt: true, priority: 1, targets: [{ queueLength: 50 }] },
          { name: 'mails', priority: 2, remainder: {} },
          { name: 'other-worker', priority: 3, remainder: {} },
        ],
      },
    });
  });
});
