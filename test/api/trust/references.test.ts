import { describe, expect, it } from 'vitest';
import { mayReadFile, mayReadVariable } from '../../../src/api/trust/rules.ts';
import { policyWith, refusals } from './judging.ts';

const envFrom = (from: object): string => policyWith({ app: { envFrom: [{ name: 'X', from }] } });
const queueNamed = (queueNameFrom: object) => ({ metric: { azureStorageQueue: { queueNameFrom } } });

describe('variables', () => {
  it.each([
    [['DB_PASSWORD'], 'DB_PASSWORD', true],
    [['DB_*'], 'DB_PASSWORD', true],
    [['*'], 'ANYTHING', true],
    [['*_KEY'], 'AZURE_STORAGE_ACCOUNT_KEY', true],
    [['A*B*C'], 'A-B-B-C', true],
    [['DB_?'], 'DB_1', true],
    [['AA', 'BB'], 'BB', true],
    [[], 'DB_PASSWORD', false],
    [['DB_PASSWORD'], 'DB_PASSWORD_2', false],
    [['DB_PASSWORD'], 'MY_DB_PASSWORD', false],
    [['DB_*'], 'MY_DB_PASSWORD', false],
    [['db_*'], 'DB_PASSWORD', false],
    [['DB.*'], 'DB_PASSWORD', false],
    [['[A-Z]*'], 'DB', false],
    [['(DB|X)'], 'DB', false],
    [['DB_?'], 'DB_', false],
    [['DB_?'], 'DB_12', false],
    [[''], 'DB', false],
    [['*a*a*a*a*a*a*a*a*a*a*b'], 'a'.repeat(250), false],
  ])('patterns %j let %s be read: %s', (patterns, name, expected) => {
    expect(mayReadVariable(name, 'secret', { secretEnv: patterns, plainEnv: [] })).toBe(expected);
    expect(mayReadVariable(name, 'plain', { secretEnv: [], plainEnv: patterns })).toBe(expected);
  });

  it('refuses one that is not allowed, and says what would allow it', () => {
    expect(refusals(envFrom({ fromEnv: 'DB_PASSWORD' }))).toEqual([
      "/spec/apps/0/envFrom/0/from/fromEnv: spec.apps[0].envFrom[0].from.fromEnv: this policy may not read variable DB_PASSWORD: start the operator with --allow-secret-env 'DB_PASSWORD'",
    ]);
    expect(refusals(envFrom({ fromEnv: 'DB_PASSWORD' }), { allowSecretEnv: ['DB_*'] })).toEqual([]);
  });

  it('refuses many in one sentence, with the pattern that allows them', () => {
    const envOf = (...variables: readonly string[]): string =>
      policyWith({ app: { envFrom: variables.map((fromEnv, i) => ({ name: `X${i}`, from: { fromEnv } })) } });
    const nine = Array.from({ length: 9 }, (_, i) => `SHOP_DB_${i}`);
    expect(refusals(envOf(...nine))).toEqual([
      "/spec/apps/0/envFrom/0/from/fromEnv: spec.apps[0].envFrom[0].from.fromEnv: this policy may not read variables SHOP_DB_0, SHOP_DB_1, SHOP_DB_2, SHOP_DB_3, SHOP_DB_4, SHOP_DB_5, SHOP_DB_6, SHOP_DB_7 and SHOP_DB_8: start the operator with --allow-secret-env 'SHOP_DB_*'",
    ]);
    expect(refusals(envOf(...nine), { allowSecretEnv: ['SHOP_DB_*'] })).toEqual([]);
    expect(refusals(envOf('A_X', 'B_X', 'C'))).toEqual([
      expect.stringContaining("--allow-secret-env 'A_X,B_X,C'"),
    ]);
    expect(refusals(envOf('A_X', 'B_X'))).toHaveLength(2);
  });

  it.each([
    ['a token', { token: { fromEnv: 'T' } }],
    ['a password', { basic: { username: 'u', password: { fromEnv: 'T' } } }],
    ['a service account', { dcosServiceAccount: { credentials: { fromEnv: 'T' } } }],
  ])('judges %s for Marathon', (_, auth) => {
    const text = policyWith({ spec: { marathon: { auth } } });
    expect(refusals(text, { allowSecretEnv: ['OK'] })).toEqual([
      expect.stringMatching(/may not read variable T:/),
    ]);
    expect(refusals(text, { allowSecretEnv: ['OK', 'T'] })).toEqual([]);
  });

  it.each<[string, Parameters<typeof policyWith>[0]]>([
    [
      'a user name',
      {
        spec: {
          marathon: { auth: { basic: { usernameFrom: { fromEnv: 'T' }, password: { fromEnv: 'OK' } } } },
        },
      },
    ],
    ['a queue name', queueNamed({ fromEnv: 'T' })],
  ])('takes %s only from a variable that --allow-env names, whatever is a secret', (_, parts) => {
    const text = policyWith(parts);
    expect(refusals(text, { allowSecretEnv: ['*'] })).toEqual([
      expect.stringMatching(
        /From\.fromEnv: this policy may not read variable T as a plain value: start the operator with --allow-env 'T'/,
      ),
    ]);
    expect(refusals(text, { allowEnv: ['T'], allowSecretEnv: ['OK', 'AZURE_*'] })).toEqual([]);
  });

  it('takes no secret from a variable that only --allow-env names', () => {
    expect(refusals(envFrom({ fromEnv: 'T' }), { allowEnv: ['*'] })).toEqual([
      expect.stringContaining("--allow-secret-env 'T'"),
    ]);
  });

  it('takes no plain value from a file: those that are allowed hold secrets', () => {
    const text = policyWith(queueNamed({ fromFile: '/run/secrets/key' }));
    const allowed = { allowEnv: ['*'], allowSecretEnv: ['*'], allowSecretFiles: ['/run/secrets'] };
    expect(refusals(text, allowed)).toEqual([
      expect.stringMatching(/queueNameFrom\.fromFile: this policy may not take a plain value from a file/),
    ]);
  });

  it('leaves a Marathon definition alone that only looks like a reference', () => {
    expect(refusals(policyWith({ definition: { labels: { fromEnv: 'T', caFile: '/x' } } }))).toEqual([]);
  });

  it('holds for a pool as well', () => {
    const pool = JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'CapacityPool',
      metadata: { name: 'shared' },
      spec: {
        capacity: { slots: 5 },
        marathon: { auth: { token: { fromEnv: 'T' } }, urls: ['http://evil:1'] },
      },
    });
    expect(refusals(pool)).toEqual([
      expect.stringMatching(/may not read variable T/),
      expect.stringMatching(/may not name the Marathon at http:\/\/evil:1/),
    ]);
  });
});

describe('files', () => {
  it.each([
    [['/run/secrets'], '/run/secrets/key', true],
    [['/run/secrets'], '/run/secrets/a/b', true],
    [['/run/secrets'], '/run/secrets/..data/key', true],
    [['/'], '/etc/passwd', true],
    [[], '/run/secrets/key', false],
    [['/run/secrets'], '/run/secrets-of-others/key', false],
    [['/run/secrets'], '/run/secrets/../../etc/shadow', false],
    [['/run/secrets'], '/run/secrets/./key', false],
    [['/run/secrets'], '/run/secrets/a/..', false],
    [['/run/secrets'], 'run/secrets/key', false],
    [['/run/secrets'], '//run/secrets/key', false],
    [['/run/secrets'], '/run/secrets', false],
    [['/run/secrets'], '/RUN/secrets/key', false],
    [['/run/secrets'], '/run/secrets/key\0.pem', false],
  ])('directories %j let %j be read: %s', (secretFiles, path, expected) => {
    expect(mayReadFile(path, { secretFiles })).toBe(expected);
  });

  it('refuses one that is not allowed, and says what would allow it', () => {
    expect(refusals(envFrom({ fromFile: '/etc/shadow' }))).toEqual([
      "/spec/apps/0/envFrom/0/from/fromFile: spec.apps[0].envFrom[0].from.fromFile: this policy may not read file /etc/shadow: start the operator with --allow-secret-files '/etc'",
    ]);
    expect(refusals(envFrom({ fromFile: '/etc/shadow' }), { allowSecretFiles: ['/etc/'] })).toEqual([]);
  });

  it.each(['../secret', '/run/../etc/shadow', 'secret'])('wants %s written out', (path) => {
    expect(refusals(envFrom({ fromFile: path }), { allowSecretFiles: ['/run'] })).toEqual([
      expect.stringMatching(/may name files by their absolute path only/),
    ]);
  });

  it('may be read as certificates of a Marathon only where that is allowed', () => {
    const text = policyWith({ spec: { marathon: { caFile: '/etc/shadow' } } });
    expect(refusals(text)).toEqual([
      expect.stringMatching(/^\/spec\/marathon\/caFile: .* may not read file/),
    ]);
    expect(refusals(text, { allowSecretFiles: ['/etc'] })).toEqual([]);
  });
});
