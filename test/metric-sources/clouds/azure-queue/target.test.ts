import { describe, expect, it } from 'vitest';
import type { AzureStorageQueueMetric } from '../../../../src/metric-sources/clouds/azure-queue/config.ts';
import { resolveQueueTarget } from '../../../../src/metric-sources/clouds/azure-queue/target.ts';
import { TerminalError } from '../../../../src/runtime/errors.ts';
import { fakeValues } from '../../../support/values.ts';

type Given = Partial<AzureStorageQueueMetric>;

const metric = (given: Given): AzureStorageQueueMetric => ({
  ...(given.queueNameFrom === undefined && { queueName: 'orders' }),
  count: 'Waiting',
  inFlightPerInstance: 1,
  ...given,
});

const ENV = { AZURE_STORAGE_ACCOUNT_NAME: 'shop', AZURE_STORAGE_ACCOUNT_KEY: 'c2VjcmV0' };
const KEY = { kind: 'sharedKey', accountName: 'shop', accountKey: 'c2VjcmV0' };

describe('resolveQueueTarget', () => {
  it.each([
    {
      name: "the tutorial's variables",
      given: {},
      env: ENV,
      target: { queueName: 'orders', endpoint: 'https://shop.queue.core.windows.net', credential: KEY },
    },
    {
      name: 'the endpoint from its variable, without its trailing slash',
      given: {},
      env: { ...ENV, AZURE_STORAGE_QUEUE_ENDPOINT: 'http://127.0.0.1:10001/shop/' },
      target: { endpoint: 'http://127.0.0.1:10001/shop', host: '127.0.0.1:10001', credential: KEY },
    },
    {
      name: 'its own endpoint before that of the variable',
      given: { endpoint: 'https://q.example' },
      env: { ...ENV, AZURE_STORAGE_QUEUE_ENDPOINT: 'http://127.0.0.1:10001/shop' },
      target: { endpoint: 'https://q.example', host: 'q.example' },
    },
    {
      name: "Azure's own endpoint while the variable is empty",
      given: {},
      env: { ...ENV, AZURE_STORAGE_QUEUE_ENDPOINT: '' },
      target: { endpoint: 'https://shop.queue.core.windows.net' },
    },
    {
      name: 'name and key from other variables',
      given: { accountNameFrom: { fromEnv: 'N' }, accountKey: { fromEnv: 'K' } },
      env: { N: 'depot', K: 'a2V5Cg==' },
      target: {
        endpoint: 'https://depot.queue.core.windows.net',
        credential: { kind: 'sharedKey', accountName: 'depot', accountKey: 'a2V5Cg==' },
      },
    },
    {
      name: 'a SAS with the account for its place, its question mark dropped',
      given: { accountName: 'shop', sasToken: { fromEnv: 'SAS' } },
      env: { SAS: '?sv=1&sig=abc' },
      target: {
        endpoint: 'https://shop.queue.core.windows.net',
        credential: { kind: 'sas', token: 'sv=1&sig=abc' },
      },
    },
    {
      name: 'a SAS with an endpoint and no account at all',
      given: { endpoint: 'http://10.0.0.1:1/a', sasToken: { fromEnv: 'SAS' } },
      env: { SAS: 'sig=abc' },
      target: { endpoint: 'http://10.0.0.1:1/a', credential: { kind: 'sas', token: 'sig=abc' } },
    },
    {
      name: 'a connection string, which does not look at the variables',
      given: { connectionString: { fromEnv: 'CS' } },
      env: { CS: 'AccountName=depot;AccountKey=a2V5', AZURE_STORAGE_QUEUE_ENDPOINT: 'http://127.0.0.1:1/x' },
      target: { endpoint: 'https://depot.queue.core.windows.net', credential: { accountName: 'depot' } },
    },
    {
      name: 'a queue name from a variable',
      given: { queueNameFrom: { fromEnv: 'Q' } },
      env: { ...ENV, Q: 'demo-queue' },
      target: { queueName: 'demo-queue' },
    },
  ])('uses $name', ({ given, env, target }) => {
    expect(resolveQueueTarget(metric(given as Given), fakeValues(env))).toMatchObject(target);
  });

  it.each([
    {
      name: 'a missing key',
      given: {},
      env: { AZURE_STORAGE_ACCOUNT_NAME: 'shop' },
      says: /accountKey: AZURE_STORAGE_ACCOUNT_KEY/,
    },
    {
      name: 'an empty key',
      given: {},
      env: { ...ENV, AZURE_STORAGE_ACCOUNT_KEY: ' ' },
      says: /AZURE_STORAGE_ACCOUNT_KEY is empty; set it/,
    },
    {
      name: 'a key that is not base64',
      given: {},
      env: { ...ENV, AZURE_STORAGE_ACCOUNT_KEY: 'hunter2!' },
      says: /accountKey: is not base64/,
    },
    {
      name: 'a key that was cut',
      given: {},
      env: { ...ENV, AZURE_STORAGE_ACCOUNT_KEY: 'hunter2' },
      says: /accountKey: is not base64/,
    },
    {
      name: 'a bad account name',
      given: {},
      env: { ...ENV, AZURE_STORAGE_ACCOUNT_NAME: 'evil.example/' },
      says: /accountName: the value of AZURE_STORAGE_ACCOUNT_NAME is not/,
    },
    {
      name: 'a bad queue name',
      given: { queueName: 'Orders' },
      env: ENV,
      says: /queueName: 'Orders'/,
    },
    { name: 'a short queue name', given: { queueName: 'ab' }, env: ENV, says: /queueName: 'ab'/ },
    {
      name: 'a queue name with a path',
      given: { queueName: 'a/../b' },
      env: ENV,
      says: /queueName/,
    },
    { name: 'no URL', given: { endpoint: 'shop' }, env: ENV, says: /endpoint: is not an http/ },
    {
      name: 'another protocol',
      given: { endpoint: 'ftp://shop' },
      env: ENV,
      says: /endpoint: is not an http/,
    },
    {
      name: 'a SAS in the endpoint',
      given: { endpoint: 'https://q.example/?sig=hunter2' },
      env: ENV,
      says: /endpoint: https:\/\/q.example\/… carries/,
    },
    {
      name: 'a password in the endpoint',
      given: { endpoint: 'https://u:hunter2@q.example/' },
      env: ENV,
      says: /endpoint: https:\/\/q.example\/… carries/,
    },
    {
      name: 'a SAS without signature',
      given: { sasToken: { fromEnv: 'S' } },
      env: { ...ENV, S: 'hunter2' },
      says: /sasToken: has no 'sig='/,
    },
    {
      name: 'half a connection string',
      given: { connectionString: { fromEnv: 'S' } },
      env: { S: 'hunter2' },
      says: /connection string/,
    },
  ])('refuses $name and shows no secret', ({ given, env, says }) => {
    const resolve = (): unknown => resolveQueueTarget(metric(given as Given), fakeValues(env));
    expect(resolve).toThrow(TerminalError);
    expect(resolve).toThrow(says);
    expect(resolve).toThrow(/^(?!.*hunter2)/);
  });

  it('asks for keys, tokens and connection strings as secrets, for the rest as settings', () => {
    const values = fakeValues({ ...ENV, CS: 'UseDevelopmentStorage=true', SAS: 'sig=x' });
    resolveQueueTarget(metric({}), values);
    resolveQueueTarget(metric({ connectionString: { fromEnv: 'CS' } }), values);
    resolveQueueTarget(metric({ sasToken: { fromEnv: 'SAS' } }), values);
    const secret = new Set(values.asked.filter((a) => a.use === 'secret').map((a) => a.from.fromEnv));
    const setting = new Set(values.asked.filter((a) => a.use === 'plain').map((a) => a.from.fromEnv));
    expect([...secret].sort()).toEqual(['AZURE_STORAGE_ACCOUNT_KEY', 'CS', 'SAS']);
    expect([...setting].filter((name) => secret.has(name))).toEqual([]);
  });
});
