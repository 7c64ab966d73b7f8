import { describe, expect, it } from 'vitest';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';

function policy(redis: object, target: object = { queueLength: 5 }): string {
  return JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 4 },
      apps: [{ name: 'front', priority: 1, targets: [{ ...target, metric: { redis } }] }],
    },
  });
}

const endpoint = 'redis://cache';
const list = { name: 'orders' };

describe('a redis block', () => {
  it.each([
    [{ endpoint: 'redis://u:p@cache', list }, 'holds credentials'],
    [{ endpoint: 'http://cache', list }, 'does not begin with redis:// or rediss://'],
    [{ endpoint: 'redis://cache/2', list }, 'has a path: give the number of the database as database'],
    [{ endpoint }, 'redis needs exactly one of list, stream, bullmq and celery, but has none of them'],
    [
      { endpoint, list, bullmq: { queue: 'a' } },
      'redis needs exactly one of list, stream, bullmq and celery, but has list and bullmq',
    ],
    [{ list }, 'redis needs exactly one of endpoint and endpointFrom, but has none of them'],
    [
      {},
      'redis needs exactly one of endpoint and endpointFrom, but has none of them; and it needs exactly one of list, stream,',
    ],
    [{ endpoint, list: {} }, 'list'],
    [{ endpoint, list: { name: 'a', nameFrom: { fromEnv: 'A' } } }, 'name'],
    [{ endpoint, stream: { name: 'mails' } }, 'group'],
    [{ endpoint, list, database: -1 }, 'database'],
    [{ endpoint, list, auth: { username: 'u' } }, 'password'],
    [{ endpoint, list, auth: { password: 's3cret' } }, 'password'],
  ])('%j is refused with its place', (block, says) => {
    const { problems } = loadPolicies(policy(block), 'shop.yaml');
    const text = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    expect(text).toContain(says);
    expect(text).not.toMatch(/u:p@|s3cret/);
  });

  it.each([
    [{ list }, ['metric redis knows the ages of a stream only']],
    [{ stream: { name: 'mails', group: 'g' } }, []],
  ])('has ages of streams only: %j', (queue, says) => {
    const { problems } = loadPolicies(policy({ endpoint, ...queue }, { messageAge: '5s' }), 'shop.yaml');
    expect(problems.map(({ message }) => message)).toEqual(says.map((each) => expect.stringContaining(each)));
  });

  it('from an untrusted home needs its endpoint to be allowed, with its port and scheme', () => {
    const [loaded] = loadPolicies(policy({ endpoint, list }), 'f').resources;
    if (loaded === undefined) throw new Error('it is not valid');
    const judge = (endpoints: readonly string[]) =>
      createTrustCheck(
        {
          ...NOTHING_ALLOWED,
          endpoints,
        },
        METRIC_SOURCES,
      )(loaded.resource).map(({ message }) => message);
    expect(judge([])).toEqual([expect.stringContaining("--allow-endpoint 'redis://cache:6379'")]);
    expect(judge(['rediss://cache:6379'])).toHaveLength(1);
    expect(judge(['redis://cache:6379'])).toEqual([]);
  });

  it.each([
    [{ list }, 'list orders'],
    [{ stream: { name: 'mails', group: 'g' } }, 'stream mails'],
    [{ bullmq: { queue: 'a', prefix: 'bull' } }, 'BullMQ queue a'],
    [{ celery: { queueFrom: { fromEnv: 'Q' } } }, 'celery named by Q'],
  ])('is called by what it reads: %j', (queue, label) => {
    expect(metricSources.describe({ redis: { endpoint, ...queue } }, fakeValues())).toBe(label);
  });
});
