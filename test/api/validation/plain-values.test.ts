// Plain values in the place of references and the other way round, each refused with what to write instead.

import { describe, expect, it } from 'vitest';
import { inPresentForm } from '../../../src/api/validation/plain-values.ts';
import { policySchema } from '../../../src/app/policies/schema.ts';
import { aPolicyWithQueue, aPolicyWithSpec, aPolicyWithTarget, problemsOf } from '../documents.ts';

const QUEUE = 'spec.apps[0].targets[0].metric.azureStorageQueue';
const POINTER = '/spec/apps/0/targets/0/metric/azureStorageQueue';

const queueNamed = (first: string): string =>
  aPolicyWithTarget(`queueLength: 5\nmetric:\n  azureStorageQueue:\n    ${first}`);

describe('the first form of a plain value', () => {
  it.each([
    ['queueName: { value: orders }', 'queueName: orders'],
    ['queueName: { fromEnv: QUEUE }', 'queueNameFrom: { fromEnv: QUEUE }'],
    ['queueName: { fromFile: /etc/queue }', 'queueNameFrom: { fromFile: /etc/queue }'],
    [
      'queueName: { fromSecret: { name: azure, key: queue } }',
      'queueNameFrom: { fromSecret: { name: azure, key: queue } }',
    ],
    ['queueName: { value: "10" }', 'queueName: "10"'],
    ['queueName: { value: 10 }', 'queueName: "10"'],
    ['queueName: { value: "yes" }', 'queueName: "yes"'],
    ['queueName: {}', 'queueName: NAME, or queueNameFrom: { fromEnv: VARIABLE }'],
    ['queueName: { value: a, fromEnv: B }', 'queueName: NAME, or queueNameFrom: { fromEnv: VARIABLE }'],
  ])('%s is refused with its replacement', (first, replacement) => {
    expect(problemsOf(queueNamed(first))).toEqual([
      `error 13 ${POINTER}/queueName: ${QUEUE}.queueName is plain text: write ${replacement}`,
    ]);
  });

  it.each([
    ['accountName: { value: shop }', 'accountName: shop'],
    ['accountName: { fromEnv: ACCOUNT }', 'accountNameFrom: { fromEnv: ACCOUNT }'],
    ['endpoint: { fromEnv: ENDPOINT }', 'endpointFrom: { fromEnv: ENDPOINT }'],
    ['endpoint: { value: "http://127.0.0.1:10001/a" }', 'endpoint: http://127.0.0.1:10001/a'],
  ])('%s is refused with its replacement, too', (first, replacement) => {
    expect(problemsOf(aPolicyWithQueue(first))).toEqual([
      expect.stringMatching(new RegExp(`is plain text: write ${replacement.replace(/[{}]/g, '\\$&')}$`)),
    ]);
  });

  it('is refused where it names the user of a Marathon', () => {
    const basic = 'username: { value: operator }, password: { fromEnv: P }';
    const text = aPolicyWithSpec(
      `capacity: { slots: 1 }\nmarathon: { auth: { basic: { ${basic} } } }\napps: [{ name: a, priority: 1, remainder: {} }]`,
    );
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('spec.marathon.auth.basic.username is plain text: write username: operator'),
    ]);
  });

  it.each([
    ['a URL with a password', 'endpoint: { value: "https://u:hunter2@q.example" }'],
    ['a URL with a signature', 'endpoint: { value: "https://q.example?sig=hunter2" }'],
    ['a value in the place of a name', 'accountName: { fromEnv: "hunter2==" }'],
  ])('does not repeat %s', (_, first) => {
    const problems = problemsOf(aPolicyWithQueue(first));
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('a plain value and its source', () => {
  it.each([
    ['neither', 'count: Total', 'needs exactly one of queueName and queueNameFrom, but has none of them'],
    [
      'both',
      'queueName: a-queue\n    queueNameFrom: { fromEnv: B }',
      'needs exactly one of queueName and queueNameFrom, but has queueName and queueNameFrom',
    ],
    [
      'both, where neither is needed',
      'queueName: a-queue\n    accountName: shop\n    accountNameFrom: { fromEnv: B }',
      'has accountName and accountNameFrom, which exclude each other: keep one of them',
    ],
    [
      'text for the source',
      'queueNameFrom: QUEUE',
      '.queueNameFrom says where queueName comes from: write queueName: NAME, or queueNameFrom: { fromEnv: VARIABLE }',
    ],
    [
      'a value in the source',
      'queueNameFrom: { value: orders }',
      '.queueNameFrom: a plain value stands by itself: write queueName: NAME',
    ],
    [
      'text for a secret',
      'queueName: orders\n    accountKey: hunter2',
      '.accountKey: a secret may not stand in a policy: write accountKey: { fromEnv: VARIABLE }',
    ],
  ])('are refused: %s', (_, block, sentence) => {
    const problems = problemsOf(queueNamed(block));
    expect(problems).toEqual([expect.stringContaining(sentence)]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('inPresentForm', () => {
  const target = (azureStorageQueue: object): object => ({
    spec: {
      apps: [{ name: 'a', app: { queueName: { value: 'x' } }, targets: [{ metric: { azureStorageQueue } }] }],
    },
  });

  it('turns what an earlier version kept into what it means now, and leaves the rest', () => {
    const first = {
      queueName: { value: 'orders' },
      accountName: { fromEnv: 'ACCOUNT' },
      accountKey: { fromEnv: 'KEY' },
      count: 'Total',
    };
    const present = {
      queueName: 'orders',
      accountNameFrom: { fromEnv: 'ACCOUNT' },
      accountKey: { fromEnv: 'KEY' },
      count: 'Total',
    };
    expect(inPresentForm(target(first), policySchema)).toEqual(target(present));
    expect(inPresentForm(target(present), policySchema)).toEqual(target(present));
  });
});
