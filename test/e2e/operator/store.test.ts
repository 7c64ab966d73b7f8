// The real operator with --data: killed, started twice, and given a store that it cannot use.

import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { policyText, steadyWorker } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const policyOf = (token: string): string =>
  `${policyText('kept', 6, steadyWorker())}    envFrom: [{ name: TOKEN, from: { fromFile: ${token} } }]\n`;

const laptop = new Laptop();
let marathon: MarathonServer;
let operator: Operator;

const data = (): string => laptop.path('data');
const begin = (): Promise<Operator> =>
  laptop.operator({
    policies: laptop.path('policy.yaml'),
    marathon: marathon.url,
    more: ['--data', data()],
  });

beforeAll(async () => {
  writeFileSync(laptop.path('token'), 'first-s3cret');
  writeFileSync(laptop.path('policy.yaml'), policyOf(laptop.path('token')));
  marathon = await laptop.marathon();
  operator = await begin();
  await untilCount(marathon, '/kept/worker', 3);
});
afterAll(() => laptop.end());

it('a second operator on one directory is refused, with who holds it', async () => {
  const { code, stderr } = await run([
    ...['run', '--policies', laptop.path('policy.yaml'), '--marathon', marathon.url],
    ...['--api', '127.0.0.1:0', '--data', data()],
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/in use by the operator with its API at .* \(process \d+ on .*\); two operators/);
});

it('an override and the events survive kill -9', async () => {
  await marathon.put('/kept/worker', { instances: 5 });
  await operator.says('kept', 'Conflict', /a person set 5/);
  const told = async (): Promise<readonly string[]> => {
    const { stdout } = await operator.ask('events', '-o', 'json');
    return [...stdout.matchAll(/"reason":\s*"(\w+)"/g)].map(([, reason]) => reason ?? '');
  };
  await until('the event to be there', async () => (await told()).includes('ManualScale'));
  const before = await told();
  // Events are written within a second.
  await until('the event to be stored', () => storedText().includes('ManualScale'));
  await operator.kill();
  operator = await begin();
  await operator.says('kept', 'Conflict', /a person set 5/);
  expect((await told()).toSorted()).toEqual(before.toSorted());
  expect((await marathon.counts())['/kept/worker']).toBe(5);
});

it('holds no value that a policy only refers to, not even while one is rotated', async () => {
  writeFileSync(laptop.path('token'), 'second-s3cret');
  await until('the rotation to be told and stored', () => storedText().includes('SecretRotated'));
  expect((await marathon.app('/kept/worker'))?.env).toEqual({ TOKEN: 'second-s3cret' });
  expect(storedText()).toContain('/kept/worker');
  expect(storedText()).not.toContain('s3cret');
});

it('a damaged store is refused and left as it is', async () => {
  await operator.stop();
  writeFileSync(laptop.path('data', 'microscaling.db'), 'this was a database once');
  const { code, stderr } = await run([
    ...['run', '--policies', laptop.path('policy.yaml'), '--marathon', marathon.url],
    ...['--api', '127.0.0.1:0', '--data', data()],
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/microscaling\.db is damaged .*; nothing in it was changed\. Put a copy of it back/);
  expect(readFileSync(laptop.path('data', 'microscaling.db'), 'utf8')).toBe('this was a database once');
});

/** Whatever the operator has written so far. */
function storedText(): string {
  return ['microscaling.db', 'microscaling.db-wal']
    .map((name) => readFileSync(laptop.path('data', name), 'latin1'))
    .join('');
}
