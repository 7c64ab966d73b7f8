import { describe, expect, it } from 'vitest';
import { metricSources } from '../../../../src/metric-sources/registry.ts';
import { fakeValues } from '../../../support/values.ts';
import { problemsWith, refusalsOf } from '../../every/blocks.ts';
import { never, ok, serverWith, sourceOf } from '../../servers.ts';

const endpoint = 'https://shop.servicebus.windows.net';
const byKey = { sharedAccessKey: { name: 'operator', key: { fromEnv: 'KEY' } } };
const byString = { connectionString: { fromEnv: 'TEXT' } };
const whole = { endpoint, queueName: 'orders', auth: byKey };
const at = '/spec/apps/0/targets/0/metric';

const block = (over: object) => ({ azureServiceBus: { ...whole, ...over } });

describe('an azureServiceBus block', () => {
  it.each([
    [{ endpoint: 'https://u:p4ss@shop' }, 'endpoint holds credentials'],
    [{ endpoint: 'sb://shop' }, 'does not begin with https:// or http://'],
    [{ endpoint: undefined }, 'endpoint is missing: only a connection string tells the namespace'],
    [{ endpointFrom: { fromEnv: 'E' } }, 'endpoint'],
    [{ queueName: undefined }, 'queueName'],
    [{ topicName: 'shop', subscriptionName: 'mails' }, 'topicName'],
    [{ queueName: undefined, topicName: 'shop' }, 'subscriptionName and topicName go together'],
    [{ subscriptionName: 'mails' }, 'subscriptionName and topicName go together'],
    [{ auth: undefined }, 'auth'],
    [{ auth: { ...byKey, ...byString } }, 'auth'],
    [{ auth: { sharedAccessKey: { name: 'operator' } } }, 'key'],
    [{ auth: { token: 's3cret' } }, 'token'],
    [{ inFlightPerInstance: 0 }, 'inFlightPerInstance'],
  ])('with %j is refused with its place', (over, says) => {
    const problems = problemsWith(block(over));
    expect(problems).toContain(at);
    expect(problems).toContain(says);
    expect(problems).not.toMatch(/p4ss|s3cret/);
  });

  it('with a connection string needs no endpoint', () => {
    expect(problemsWith(block({ endpoint: undefined, auth: byString }))).toBe('');
  });

  it('knows no age', () => {
    expect(problemsWith(block({}), { messageAge: '30s' })).toContain('metric azureServiceBus knows no age');
  });

  it('is called by what it reads', () => {
    const named = (over: object) => metricSources.describe(block(over), fakeValues());
    expect(named({})).toBe('queue orders');
    expect(named({ queueName: undefined, topicName: 'shop', subscriptionName: 'mails' })).toBe(
      'subscription shop/mails',
    );
  });
});

describe('an azureServiceBus block of an untrusted home', () => {
  const secretEnv = ['KEY', 'TEXT'];

  it('needs its endpoint to be allowed, and its secret', () => {
    const refused = (endpoints: readonly string[], env = secretEnv) =>
      refusalsOf(block({}), { endpoints, secretEnv: env });
    expect(refused([])).toEqual([expect.stringContaining(`--allow-endpoint '${endpoint}'`)]);
    expect(refused(['https://other.servicebus.windows.net'])).toHaveLength(1);
    expect(refused([endpoint])).toEqual([]);
    expect(refused([endpoint], [])).toEqual([expect.stringContaining("--allow-secret-env 'KEY'")]);
  });

  it('names where a connection string may lead to, since nobody can see into it', () => {
    const rules = { endpoints: [endpoint], secretEnv };
    expect(refusalsOf(block({ endpoint: undefined, auth: byString }), rules)).toEqual([
      expect.stringContaining('give endpoint, too'),
    ]);
    expect(refusalsOf(block({ auth: byString }), rules)).toEqual([]);
  });

  it('may name its endpoint by a variable that the operator can look at', () => {
    const by = block({ endpoint: undefined, endpointFrom: { fromEnv: 'WHERE' } });
    const rules = { endpoints: [endpoint], secretEnv, plainEnv: ['WHERE'] };
    expect(refusalsOf(by, { ...rules, variables: { WHERE: endpoint } })).toEqual([]);
    expect(refusalsOf(by, { ...rules, variables: { WHERE: 'https://elsewhere' } })).toEqual([
      expect.stringContaining("--allow-endpoint 'https://elsewhere'"),
    ]);
    expect(refusalsOf(by, { ...rules, plainEnv: [] })).toHaveLength(1);
  });
});

describe('the connection string of an azureServiceBus source', () => {
  const sourceWith = (text: string, over: object = {}) => {
    const metric = { azureServiceBus: { queueName: 'orders', auth: byString, ...over } };
    return sourceOf(metric, { values: fakeValues({ TEXT: text }) });
  };

  it.each([
    ['nonsense', 'auth.connectionString: has neither SharedAccessKeyName and SharedAccessKey nor'],
    ['Endpoint=sb://a/;SharedAccessKeyName=n', 'auth.connectionString: has neither'],
    ['SharedAccessKeyName=n;SharedAccessKey=s3cret', 'endpoint: is missing'],
    ['Endpoint=ftp://a;SharedAccessKeyName=n;SharedAccessKey=s3cret', 'its Endpoint does not begin with'],
    [
      'Endpoint=sb://a/;SharedAccessKeyName=n;SharedAccessKey=s3cret;EntityPath=mails',
      'its EntityPath is another one than orders',
    ],
  ])('%j cannot work, and is not repeated', async (text, says) => {
    const reading = sourceWith(text).read(never);
    await expect(reading).rejects.toThrow(says);
    await expect(reading).rejects.not.toThrow(/s3cret/);
  });

  it('leads nowhere when an endpoint is given', async () => {
    const answer =
      '<entry><QueueDescription><d:ActiveMessageCount>7</d:ActiveMessageCount></QueueDescription></entry>';
    const url = await serverWith(200, answer);
    const text = 'Endpoint=sb://127.0.0.1:1/;SharedAccessKeyName=n;SharedAccessKey=s3cret';
    expect(ok(await sourceWith(text, { endpoint: url }).read(never)).waiting).toBe(7);
  });
});
