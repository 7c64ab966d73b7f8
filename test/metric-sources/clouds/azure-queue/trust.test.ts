import { describe, expect, it } from 'vitest';
import type { TrustOptions } from '../../../../src/app/operator/trust.ts';
import { policyWith, refusals, SURROUNDINGS } from '../../../api/trust/judging.ts';

type Fields = Readonly<Record<string, unknown>>;

const ALL: TrustOptions = { allowEnv: ['*'], allowSecretEnv: ['*'] };
const THEIRS: TrustOptions = {
  ...ALL,
  allowEndpoint: ['https://theirs.queue.core.windows.net', 'https://theirs.example'],
};
const key = { accountKey: { fromEnv: 'THEIR_KEY' } };
const sas = { sasToken: { fromEnv: 'THEIR_SAS' } };

function judge(
  fields: Fields,
  options: TrustOptions,
  env: Readonly<Record<string, string>> = {},
): readonly string[] {
  const metric = {
    azureStorageQueue: { ...('queueNameFrom' in fields ? {} : { queueName: 'orders' }), ...fields },
  };
  const prefix = '/spec/apps/0/targets/0/metric/azureStorageQueue';
  return refusals(policyWith({ metric }), options, {
    ...SURROUNDINGS,
    env: { ...SURROUNDINGS.env, ...env },
  }).map((line) => line.replace(prefix, ''));
}

describe('an Azure queue of an untrusted policy', () => {
  it('needs the key allowed that it reads when it names none; the account is no secret', () => {
    expect(judge({}, {})).toEqual([
      expect.stringContaining('may not read variable AZURE_STORAGE_ACCOUNT_KEY'),
    ]);
    expect(judge({}, { allowSecretEnv: ['AZURE_STORAGE_ACCOUNT_KEY'] })).toEqual([]);
  });

  it.each<[string, Fields, TrustOptions]>([
    ['its own account by name', { accountName: 'ours' }, ALL],
    [
      'the account of a variable that says the same',
      { accountNameFrom: { fromEnv: 'AZURE_STORAGE_ACCOUNT_NAME' } },
      ALL,
    ],
    ['its own endpoint', { endpoint: 'https://ours.queue.core.windows.net' }, ALL],
    ['a connection string to its own account', { connectionString: { fromEnv: 'OUR_CONNECTION' } }, ALL],
    ['a SAS for its own account', { ...sas }, ALL],
    ['another account with its key', { accountName: 'theirs', ...key }, THEIRS],
    ['another account with a SAS', { accountName: 'theirs', ...sas }, THEIRS],
    ['another account by variable', { accountNameFrom: { fromEnv: 'THEIR_ACCOUNT' }, ...key }, THEIRS],
    ['another endpoint with its key', { endpoint: 'https://theirs.example/a', ...key }, THEIRS],
    ['another endpoint by variable', { endpointFrom: { fromEnv: 'THEIR_ENDPOINT' }, ...sas }, THEIRS],
    ['a connection string to another account', { connectionString: { fromEnv: 'THEIR_CONNECTION' } }, THEIRS],
  ])('may read %s', (_, fields, options) => {
    expect(judge(fields, options)).toEqual([]);
  });

  it.each<[string, Fields, TrustOptions, RegExp]>([
    [
      'another account',
      { accountName: 'theirs', ...key },
      ALL,
      /^\/accountName: .*theirs.queue.*--allow-endpoint/,
    ],
    ['another account, with our key', { accountName: 'theirs' }, THEIRS, /belongs to its own account/],
    [
      'another account, with our key by its name',
      { accountName: 'theirs', accountKey: { fromEnv: 'AZURE_STORAGE_ACCOUNT_KEY' } },
      THEIRS,
      /^\/accountKey: .*belongs to its own account/,
    ],
    [
      'another endpoint',
      { endpoint: 'https://theirs.example', ...key },
      ALL,
      /^\/endpoint: .*--allow-endpoint/,
    ],
    ['another endpoint with our key', { endpoint: 'https://theirs.example' }, THEIRS, /belongs to its own/],
    [
      'our host by http',
      { endpoint: 'http://ours.queue.core.windows.net', ...key },
      ALL,
      /--allow-endpoint 'http:/,
    ],
    [
      'a connection string elsewhere',
      { connectionString: { fromEnv: 'THEIR_CONNECTION' } },
      ALL,
      /^\/connectionString: .*--allow-endpoint/,
    ],
    [
      'a connection string that cannot be seen',
      { connectionString: { fromSecret: { name: 's', key: 'k' } } },
      THEIRS,
      /hides where it leads/,
    ],
    [
      'an endpoint that cannot be seen',
      { endpointFrom: { fromFile: '/s/e' }, ...key },
      { ...THEIRS, allowSecretFiles: ['/s'] },
      /may not take a plain value from a file/,
    ],
    ['an account that is none', { accountName: 'evil.example/', ...key }, THEIRS, /must be given/],
    [
      'an endpoint of a variable that is not set',
      { endpointFrom: { fromEnv: 'NOPE' }, ...key },
      THEIRS,
      /must be given/,
    ],
    [
      'an account that comes from a Secret',
      { accountNameFrom: { fromSecret: { name: 's', key: 'k' } }, ...key },
      THEIRS,
      /must be given/,
    ],
    [
      'our key as what is shown',
      { queueNameFrom: { fromEnv: 'AZURE_STORAGE_ACCOUNT_KEY' } },
      ALL,
      /holds a secret/,
    ],
  ])('may not read %s', (_, fields, options, says) => {
    const found = judge(fields, options);
    expect(found.length).toBeGreaterThan(0);
    expect(
      found.some((line) => says.test(line)),
      found.join('\n'),
    ).toBe(true);
  });

  it('is refused both for the place and for the key where both are wrong', () => {
    expect(judge({ accountName: 'theirs' }, ALL)).toHaveLength(2);
  });

  it('tells nothing about a variable that it may not read', () => {
    for (const field of ['endpointFrom', 'accountNameFrom']) {
      const findings = judge(
        { [field]: { fromEnv: 'SHY' }, ...key },
        { allowEnv: ['THEIR_*'], allowSecretEnv: ['*'] },
      );
      expect(findings).toEqual([expect.stringContaining('may not read variable SHY')]);
    }
    const hidden = judge({ connectionString: { fromEnv: 'THEIR_CONNECTION' } }, {});
    expect(hidden).toEqual([expect.stringContaining('may not read variable THEIR_CONNECTION')]);
  });

  it("takes the operator's endpoint for its own, and another account there for another", () => {
    const env = { AZURE_STORAGE_QUEUE_ENDPOINT: 'http://127.0.0.1:10001/ours' };
    expect(judge({}, ALL, env)).toEqual([]);
    expect(judge({ endpoint: 'http://127.0.0.1:10001/ours' }, ALL, env)).toEqual([]);
    expect(judge({ accountName: 'theirs', ...key }, ALL, env)).toEqual([]);
    expect(judge({ accountName: 'theirs' }, ALL, env)).toEqual([expect.stringMatching(/belongs to its own/)]);
  });
});
