// `microscaling plan` beside a running operator: an app that it has adopted is not to be adopted again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator } from '../../support/programs/laptop.ts';
import { policyText } from '../../support/programs/policies.ts';

const POLICY = policyText(
  'shop',
  2,
  '  - { name: front, id: /old/front, priority: 1, instances: { min: 1, max: 1 }, remainder: { weight: 1 }, adopt: true }\n',
);

const laptop = new Laptop();
const file = laptop.path('policies', 'shop.yaml');
let marathon: MarathonServer;
let operator: Operator;

beforeAll(async () => {
  mkdirSync(laptop.path('policies'));
  writeFileSync(file, POLICY);
  marathon = await laptop.marathon();
  await marathon.put('/old/front', { cmd: 'exec sleep 1000', cpus: 0.01, mem: 16 });
});
afterAll(() => laptop.end());

const plan = (...more: readonly string[]): ReturnType<typeof run> =>
  run(['plan', '-f', file, '--marathon', marathon.url, ...more], { env: {} });

describe('a plan for an app that somebody else made', { concurrent: false }, () => {
  it('is to adopt it, and says that no operator was asked', async () => {
    const { code, stdout, stderr } = await plan();
    expect(code).toBe(2);
    expect(stdout).toMatch(/adopt +\/old\/front/);
    expect(stderr).toMatch(/planned without asking an operator what it holds.*--server/);
  });

  it('has no changes beside an operator without a store that has adopted it', async () => {
    operator = await laptop.operator({ policies: laptop.path('policies'), marathon: marathon.url });
    await operator.reason('shop', 'Ready', 'AllTrue');
    expect(await plan('--server', operator.page)).toMatchObject({ code: 0, stdout: 'no changes\n' });
  });

  it('fails where the operator that it is to ask does not answer', async () => {
    const { code, stderr } = await plan('--server', '127.0.0.1:1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/no operator answers at http:\/\/127\.0\.0\.1:1/);
  });
});
