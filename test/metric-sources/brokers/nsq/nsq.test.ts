// There is no NSQ here: its answers are those of its documentation.

import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';
import { never, ok, reasonOf, serverThat, serverWith, sourceOf } from '../../servers.ts';

interface Counts {
  readonly depth?: unknown;
  readonly in_flight_count?: unknown;
  readonly deferred_count?: unknown;
  readonly message_count?: unknown;
}

/** What nsqd answers since version 1.0, when it is asked for one channel of one topic. */
function stats(counts: Counts, channel = 'workers'): object {
  return {
    version: '1.3.0',
    health: 'OK',
    start_time: 1_700_000_000,
    topics: [
      {
        topic_name: 'orders',
        depth: 0,
        backend_depth: 0,
        message_count: 107,
        message_bytes: 4096,
        paused: false,
        channels: [
          {
            channel_name: channel,
            depth: 5,
            backend_depth: 0,
            in_flight_count: 2,
            deferred_count: 0,
            message_count: 107,
            requeue_count: 1,
            timeout_count: 0,
            client_count: 1,
            clients: [],
            paused: false,
            e2e_processing_latency: { count: 0, percentiles: null },
            ...counts,
          },
        ],
        e2e_processing_latency: { count: 0, percentiles: null },
      },
    ],
    memory: {},
    producers: [],
  };
}

const WITHOUT_TOPIC = {
  version: '1.3.0',
  health: 'OK',
  start_time: 1_700_000_000,
  topics: [],
  producers: [],
};

function lookup(...origins: readonly string[]): object {
  const producers = origins.map((origin) => ({
    remote_address: '127.0.0.1:40000',
    hostname: 'nsqd',
    broadcast_address: new URL(origin).hostname,
    tcp_port: 4150,
    http_port: Number(new URL(origin).port),
    version: '1.3.0',
  }));
  return { channels: ['workers'], producers };
}

const server = (body: object, status = 200): Promise<string> => serverWith(status, JSON.stringify(body));

function metric(over: object): MetricSpec {
  return { nsq: { topic: 'orders', channel: 'workers', ...over } };
}

metricSourceContract('nsq', {
  answering: async (onCall) => sourceOf(metric({ nsqd: [await server(stats({}))] }), { onCall }),
  failing: async () => sourceOf(metric({ nsqd: [`http://127.0.0.1:${await freePort()}`] })),
  hanging: async () => sourceOf(metric({ nsqd: [await serverThat(() => undefined)] })),
  cannot: {},
});

describe('an nsq reading', () => {
  it('tells what waits from what is in flight, with counters', async () => {
    const source = sourceOf(metric({ nsqd: [await server(stats({}))], inFlightPerInstance: 2 }));
    expect(ok(await source.read(never))).toEqual({
      state: 'ok',
      asOfMs: expect.any(Number),
      waiting: 5,
      inFlight: 2,
      arrivedTotal: 107,
      completedTotal: 100,
      heldPerInstance: 2,
    });
  });

  it('asks for this channel alone, without clients and memory', async () => {
    let asked: string | undefined;
    const url = await serverThat((request, response) => {
      asked = request.url;
      response.end(JSON.stringify(stats({}, 'w.1#ephemeral')));
    });
    ok(await sourceOf(metric({ nsqd: [url], channel: 'w.1#ephemeral' })).read(never));
    expect(asked).toBe(
      '/stats?format=json&topic=orders&channel=w.1%23ephemeral&include_clients=false&include_mem=false',
    );
  });

  it('is the sum over all nodes; one without the topic has none of it', async () => {
    const nsqd = await Promise.all([
      server(stats({})),
      server(stats({ depth: 10, in_flight_count: 1, deferred_count: 4, message_count: 20 })),
      server(WITHOUT_TOPIC),
    ]);
    expect(ok(await sourceOf(metric({ nsqd })).read(never))).toMatchObject({
      waiting: 15,
      inFlight: 3,
      arrivedTotal: 127,
      completedTotal: 105,
    });
  });

  it('is in the form of before version 1.0, too', async () => {
    const nsqd = [await server({ status_code: 200, status_txt: 'OK', data: stats({}) })];
    expect(ok(await sourceOf(metric({ nsqd })).read(never))).toMatchObject({ waiting: 5, inFlight: 2 });
  });

  it('has no counter of what was worked off while a node counts anew', async () => {
    const nsqd = [await server(stats({ message_count: 3 }))];
    const sample = ok(await sourceOf(metric({ nsqd })).read(never));
    expect(sample).toMatchObject({ waiting: 5, arrivedTotal: 3 });
    expect(sample).not.toHaveProperty('completedTotal');
  });

  it('is none when one of the nodes cannot be read', async () => {
    const gone = `http://127.0.0.1:${await freePort()}`;
    const reason = reasonOf(await sourceOf(metric({ nsqd: [await server(stats({})), gone] })).read(never));
    expect(reason).toContain(
      `reading channel workers of topic orders at ${new URL(gone).host}: connection refused`,
    );
  });

  it.each([
    [WITHOUT_TOPIC, 'no node has this topic'],
    [stats({}, 'others'), 'it has topic orders without channel workers; has a consumer ever connected?'],
    [{ hello: 1 }, 'the answer is not that of nsqd; check the address'],
    [[], 'the answer is not that of nsqd'],
    [stats({ depth: -1 }), 'depth is negative (-1)'],
    [stats({ depth: 1e300 }), 'depth is too large'],
    [stats({ in_flight_count: 'two' }), 'in_flight_count is a text'],
    [stats({ deferred_count: null }), 'deferred_count is null'],
    [stats({ message_count: undefined }), 'message_count is not there'],
  ])('is none after the answer %j', async (body, why) => {
    const reason = reasonOf(await sourceOf(metric({ nsqd: [await server(body)] })).read(never));
    expect(reason).toContain(why);
    expect(reason).toMatch(/^reading channel workers of topic orders at 127\.0\.0\.1:\d+: /);
  });

  it('comes back by itself when the channel does', async () => {
    let body: object = stats({}, 'others');
    const url = await serverThat((_, response) => response.end(JSON.stringify(body)));
    const source = sourceOf(metric({ nsqd: [url] }));
    reasonOf(await source.read(never));
    body = stats({});
    expect(ok(await source.read(never)).waiting).toBe(5);
  });
});

describe('nodes that nsqlookupd tells', () => {
  it('are asked, each once, as it tells them at every read', async () => {
    const [one, two] = [await server(stats({})), await server(stats({ depth: 1 }))];
    let told = [one];
    const url = await serverThat((_, response) => response.end(JSON.stringify(lookup(...told))));
    const second = await server(lookup(one));
    const source = sourceOf(metric({ lookupd: [url, second] }));
    expect(ok(await source.read(never)).waiting).toBe(5);
    told = [one, two];
    expect(ok(await source.read(never)).waiting).toBe(6);
  });

  it('bring what they hold into the counter when they come, not what they ever had', async () => {
    const one = await server(stats({}));
    const other = await server(stats({ depth: 40, in_flight_count: 1, message_count: 1_000_000 }));
    let told = [one];
    const url = await serverThat((_, response) => response.end(JSON.stringify(lookup(...told))));
    const source = sourceOf(metric({ lookupd: [url] }));
    const totals = async (): Promise<object> => {
      const { arrivedTotal, completedTotal } = ok(await source.read(never));
      return { arrivedTotal, completedTotal };
    };
    expect(await totals()).toEqual({ arrivedTotal: 107, completedTotal: 100 });
    told = [one, other];
    expect(await totals()).toEqual({ arrivedTotal: 148, completedTotal: 100 });
    told = [one];
    expect(await totals()).toEqual({ arrivedTotal: 107, completedTotal: 100 });
  });

  it('go on in the counter when they are restarted', async () => {
    let counts: Counts = {};
    const url = await serverThat((_, response) => response.end(JSON.stringify(stats(counts))));
    const source = sourceOf(metric({ nsqd: [url] }));
    expect(ok(await source.read(never))).toMatchObject({ arrivedTotal: 107, completedTotal: 100 });
    counts = { message_count: 3 };
    expect(ok(await source.read(never))).toMatchObject({ arrivedTotal: 110, completedTotal: 103 });
  });

  it('may be told in the form of before version 1.0, and a topic may be known to one lookupd only', async () => {
    const node = await server(stats({}));
    const old = await server({ status_code: 200, status_txt: 'OK', data: lookup(node) });
    const other = await server({ message: 'TOPIC_NOT_FOUND' }, 404);
    expect(ok(await sourceOf(metric({ lookupd: [old, other] })).read(never)).waiting).toBe(5);
  });

  it('are not asked when they are others than producers names', async () => {
    let asked = 0;
    const stranger = await serverThat((_, response) => {
      asked++;
      response.end(JSON.stringify(stats({})));
    });
    const node = await server(stats({}));
    const lookupd = [await server(lookup(node, stranger))];
    const reason = reasonOf(await sourceOf(metric({ lookupd, producers: [node] })).read(never));
    expect(reason).toContain(`nsqlookupd tells node ${stranger}, which producers does not name`);
    expect(asked).toBe(0);
    expect(ok(await sourceOf(metric({ lookupd, producers: [node, stranger] })).read(never)).waiting).toBe(10);
  });

  it.each([
    [{ message: 'TOPIC_NOT_FOUND' }, 404, 'no node has this topic'],
    [{ producers: [] }, 200, 'no node has this topic'],
    [{ message: 'NOT_FOUND' }, 404, 'the answer is not that of nsqlookupd'],
    [
      { producers: [{ broadcast_address: 'a/b@c', http_port: 1 }] },
      200,
      'it tells a node without an address',
    ],
    [
      { producers: [{ broadcast_address: 'a', http_port: 70_000 }] },
      200,
      'it tells a node without an address',
    ],
    [{ producers: [7] }, 200, 'it tells a node without an address'],
    [{ producers: Array.from({ length: 65 }, () => ({})) }, 200, 'it tells 65 nodes, more than 64'],
    [{}, 500, 'answered 500'],
  ])('are not known after %j with status %d', async (body, status, why) => {
    const lookupd = [await server(body, status)];
    expect(reasonOf(await sourceOf(metric({ lookupd })).read(never))).toContain(why);
  });

  it('are not known when one lookupd cannot be read', async () => {
    const lookupd = [await server(lookup(await server(stats({})))), `http://127.0.0.1:${await freePort()}`];
    expect(reasonOf(await sourceOf(metric({ lookupd })).read(never))).toMatch(
      /nodes of topic orders .*refused/,
    );
  });
});

describe('an nsq block', () => {
  const at = 'spec.apps[0].targets[0].metric.nsq';
  const whole = { nsqd: ['http://nsqd:4151'], topic: 'orders', channel: 'workers' };

  function policy(block: object): string {
    return JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop' },
      spec: {
        capacity: { slots: 4 },
        apps: [{ name: 'a', priority: 1, targets: [{ queueLength: 5, metric: { nsq: block } }] }],
      },
    });
  }

  it.each([
    [{ nsqd: ['http://u:p@nsqd'] }, `/nsqd/0`],
    [{ nsqd: ['http://nsqd', 'nsqd:4151'] }, `/nsqd/1`],
    [{ nsqd: [] }, 'nsqd'],
    [{ lookupd: ['http://lookup:4161'] }, at],
    [{ nsqd: undefined }, at],
    [{ producers: ['http://nsqd:4151'] }, 'is for lookupd: nsqd names the nodes itself'],
    [{ topic: 'a b' }, `${at}.topic`],
    [{ channel: 'a&b' }, `${at}.channel`],
  ])('with %j is refused with its place', (over, says) => {
    const { problems } = loadPolicies(policy({ ...whole, ...over }), 'shop.yaml');
    const text = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    expect(text).toContain(says);
    expect(text).not.toContain('u:p@');
  });

  it('of an untrusted home needs every address to be allowed, also those that lookupd may tell', () => {
    const judge = (block: object, endpoints: readonly string[]): readonly string[] => {
      const [loaded] = loadPolicies(policy(block), 'f').resources;
      if (loaded === undefined) throw new Error('it is not valid');
      return createTrustCheck(
        { ...NOTHING_ALLOWED, endpoints },
        METRIC_SOURCES,
      )(loaded.resource).map(({ message }) => message);
    };
    const two = { ...whole, nsqd: ['http://nsqd:4151', 'http://other:4151'] };
    expect(judge(two, ['http://nsqd:4151'])).toEqual([
      expect.stringContaining("--allow-endpoint 'http://other:4151'"),
    ]);
    expect(judge(two, ['http://nsqd:4151', 'http://other:4151'])).toEqual([]);
    const looked = { topic: 'orders', channel: 'workers', lookupd: ['http://lookup:4161'] };
    expect(judge(looked, ['http://lookup:4161'])).toEqual([
      expect.stringContaining('name them in producers'),
    ]);
    const named = { ...looked, producers: ['http://nsqd:4151'] };
    expect(judge(named, ['http://lookup:4161'])).toEqual([
      expect.stringContaining("--allow-endpoint 'http://nsqd:4151'"),
    ]);
    expect(judge(named, ['http://lookup:4161', 'http://nsqd:4151'])).toEqual([]);
  });

  it('is called by its channel and its topic', () => {
    expect(metricSources.describe(metric({ nsqd: ['http://a'] }), fakeValues())).toBe(
      'channel workers of topic orders',
    );
  });
});
