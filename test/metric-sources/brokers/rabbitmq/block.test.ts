import { describe, expect, it } from 'vitest';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';
import { never, sourceOf } from '../../servers.ts';

function policy(rabbitmq: object, target: object = { queueLength: 5 }): string {
  return JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 4 },
      apps: [{ name: 'front', priority: 1, targets: [{ ...target, metric: { rabbitmq } }] }],
    },
  });
}

const auth = { basic: { username: 'reader', password: { fromEnv: 'PASSWORD' } } };
const whole = { endpoint: 'http://rabbitmq:15672', queueName: 'orders', auth };

describe('a rabbitmq block', () => {
  it.each([
    [{ ...whole, endpoint: 'http://u:p@rabbitmq:15672' }, 'holds credentials'],
    [{ ...whole, endpoint: 'amqp://rabbitmq:5672' }, 'does not begin with http:// or https://'],
    [{ ...whole, queueName: '..' }, '.. cannot be asked for over HTTP'],
    [{ ...whole, vhost: '.' }, '. cannot be asked for over HTTP'],
    [{ ...whole, queueName: undefined }, 'queueName'],
    [{ ...whole, auth: undefined }, 'auth'],
    [{ ...whole, auth: { basic: { username: 'u', password: 's3cret' } } }, 'password'],
    [{ ...whole, statisticsInterval: '0s' }, 'statisticsInterval'],
  ])('%j is refused with its place', (block, says) => {
    const { problems } = loadPolicies(policy(block), 'shop.yaml');
    const text = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    expect(text).toContain(says);
    expect(text).not.toMatch(/u:p@|s3cret/);
  });

  it('knows no age', () => {
    const { problems } = loadPolicies(policy(whole, { messageAge: '5s' }), 'shop.yaml');
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('metric rabbitmq knows no age'),
    ]);
  });

  it('takes no queue from elsewhere whose name leads to another thing', async () => {
    const { queueName, ...named } = { ...whole, queueNameFrom: { fromEnv: 'QUEUE' } };
    const spec = { rabbitmq: { ...named, vhost: '/', statisticsInterval: '5s' } };
    const source = sourceOf(spec, { values: fakeValues({ QUEUE: '..', PASSWORD: 'x' }) });
    await expect(source.read(never)).rejects.toThrow(
      'rabbitmq.queueNameFrom: .. cannot be asked for over HTTP',
    );
    expect(metricSources.describe(spec, fakeValues())).toBe('queue named by QUEUE');
    expect(queueName).toBe(whole.queueName);
  });

  it('from an untrusted home needs its endpoint and its password to be allowed', () => {
    const [loaded] = loadPolicies(policy(whole), 'f').resources;
    if (loaded === undefined) throw new Error('it is not valid');
    const judge = (endpoints: readonly string[], secretEnv: readonly string[]) =>
      createTrustCheck(
        {
          ...NOTHING_ALLOWED,
          secretEnv,
          endpoints,
        },
        METRIC_SOURCES,
      )(loaded.resource).map(({ message }) => message);
    expect(judge([], ['PASSWORD'])).toEqual([
      expect.stringContaining("--allow-endpoint 'http://rabbitmq:15672'"),
    ]);
    expect(judge(['http://rabbitmq:15672'], [])).toEqual([expect.stringContaining('PASSWORD')]);
    expect(judge(['http://rabbitmq:15672'], ['PASSWORD'])).toEqual([]);
  });
});
