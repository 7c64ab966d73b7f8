// `microscaling plan` against a real embedded Marathon, before and after the operator made the tutorial's apps.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_KEY, type Azurite, startAzurite } from '../../support/programs/azurite.ts';
import { run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer } from '../../support/programs/laptop.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';

const POLICY = 'specs/policies/queue-demo.yaml';
const QUEUE = 'plan-demo';
const CONSUMER = '/queue-demo/consumer';

interface Plan {
  readonly changes: readonly {
    readonly kind: string;
    readonly app: string;
    readonly fields?: readonly { readonly field: string }[];
  }[];
}

const laptop = new Laptop();
let azurite: Azurite;
let marathon: MarathonServer;

beforeAll(async () => {
  // With no room for a single task: the definitions are what matters here, and thirteen programs need not run.
  [azurite, marathon] = await Promise.all([startAzurite(), laptop.marathon({ cpus: 0.01 })]);
  await azurite.queue(QUEUE).create();
});
afterAll(async () => {
  await laptop.end();
  await azurite.stop();
});

async function plan(
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | string; text: string; plan: Plan }> {
  const { code, stdout, stderr } = await run(
    ['plan', '-f', POLICY, '--marathon', marathon.url, '-o', 'json'],
    { env },
  );
  return { code, text: stdout + stderr, plan: JSON.parse(stdout) as Plan };
}

describe('microscaling plan', { concurrent: false }, () => {
  it('lists exactly the three creations against a fresh Marathon', async () => {
    const { code, text, plan: found } = await plan(azurite.env(QUEUE));
    expect(code).toBe(2);
    expect(text).toContain('microscaling read -f FILE says what every metric says now');
    expect(found.changes.map(({ kind, app }) => ({ kind, app }))).toEqual([
      { kind: 'create', app: CONSUMER },
      { kind: 'create', app: '/queue-demo/remainder' },
      { kind: 'create', app: '/queue-demo/producer' },
    ]);
    expect(await marathon.counts()).toEqual({});
  });

  it('names every reference that leads to nothing, beside what it would create', async () => {
    const { AZURE_STORAGE_ACCOUNT_KEY: _, AZURE_STORAGE_QUEUE_NAME: __, ...env } = azurite.env(QUEUE);
    const { code, text, plan: found } = await plan(env);
    expect(code).toBe(1);
    expect(found.changes).toHaveLength(3);
    for (const name of ['AZURE_STORAGE_ACCOUNT_KEY', 'AZURE_STORAGE_QUEUE_NAME'])
      expect(text).toContain(`variable ${name} is not set: set it where the operator is started`);
    expect(text).not.toContain('variable AZURE_STORAGE_ACCOUNT_NAME');
  });

  it('says in one line that Marathon does not answer', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await run(['plan', '-f', POLICY, '--marathon', url]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(url)]);
    expect(stderr).toMatch(/refused/);
  });

  it('says in one line that no Marathon is named', async () => {
    const { code, stderr } = await run(['plan', '-f', POLICY]);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/--marathon/)]);
  });

  it('plans nothing from a file that does not hold', async () => {
    writeFileSync(laptop.path('bad.yaml'), 'kind: MicroscalingPolicy\nspec: {}\n');
    const args = ['plan', '-f', laptop.path('bad.yaml'), '--marathon', marathon.url];
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.yaml:1: error: /);
  });

  describe('once the operator has made them', () => {
    beforeAll(async () => {
      mkdirSync(laptop.path('policies'));
      cpSync(POLICY, laptop.path('policies', 'demo.yaml'));
      const operator = await laptop.operator({
        policies: laptop.path('policies'),
        marathon: marathon.url,
        env: azurite.env(QUEUE),
      });
      const made = ['/queue-demo/consumer', '/queue-demo/producer', '/queue-demo/remainder'];
      await until('the three apps to be made', async () => {
        return isDeepStrictEqual(Object.keys(await marathon.counts()).sort(), made);
      });
      await operator.stop();
    });

    it('lists nothing, with the variables and without', async () => {
      for (const [env, expected] of [
        [azurite.env(QUEUE), 0],
        [{}, 1],
      ] as const) {
        const { code, text, plan: found } = await plan(env);
        expect(found.changes, text).toEqual([]);
        expect(code).toBe(expected);
        expect(text).not.toContain(ACCOUNT_KEY);
        expect(text.includes('microscaling read')).toBe(expected === 1);
      }
    });

    it('names the field that somebody changed in Marathon, never the secret beside it', async () => {
      const before = (await marathon.app(CONSUMER))?.env ?? {};
      expect(before['AZURE_STORAGE_ACCOUNT_KEY']).toBe(ACCOUNT_KEY);
      const theirs = {
        ...before,
        CONSUMER_SECONDS_PER_MESSAGE: '9',
        AZURE_STORAGE_ACCOUNT_KEY: 'somebodys-key',
      };
      await marathon.put(CONSUMER, { env: theirs });
      await until('the change to be in Marathon', async () => {
        return (await marathon.app(CONSUMER))?.env?.['CONSUMER_SECONDS_PER_MESSAGE'] === '9';
      });
      const { code, text, plan: found } = await plan(azurite.env(QUEUE));
      expect(code).toBe(2);
      expect(found.changes.map(({ kind, app }) => ({ kind, app }))).toEqual([
        { kind: 'update', app: CONSUMER },
      ]);
      expect(found.changes[0]?.fields?.map(({ field }) => field).sort()).toEqual([
        'env.AZURE_STORAGE_ACCOUNT_KEY',
        'env.CONSUMER_SECONDS_PER_MESSAGE',
      ]);
      expect(text).not.toContain(ACCOUNT_KEY);
      expect(text).not.toContain('somebodys-key');
      const people = await run(['plan', '-f', POLICY, '--marathon', marathon.url], {
        env: azurite.env(QUEUE),
      });
      expect(people.stdout).toMatch(/env\.CONSUMER_SECONDS_PER_MESSAGE: "9" -> "0\.2"/);
      expect(people.stdout + people.stderr).not.toMatch(/somebodys-key|Eby8vdM02xNO/);
    });
  });
});
