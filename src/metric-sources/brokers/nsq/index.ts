// metric-sources: a channel of NSQ. One read is one request a node, all at once, after one to each lookupd.

import type { ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { readFailure } from '../../connection/failure.ts';
import { HttpReader } from '../../connection/http.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { together } from '../../connection/together.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { type ChannelCounts, channelCounts, heldBy, producersIn } from './answer.ts';
import { ArrivedTotal } from './arrived.ts';
import type { NsqMetric } from './config.ts';
import { nsqBlock, SCHEMES } from './schema.ts';

interface Target {
  /** Base URLs. */
  readonly nsqd: readonly string[];
  readonly lookupd: readonly string[];
  readonly producers?: readonly string[];
  readonly ca?: string;
}

function createNsq(config: NsqMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new ChannelReader(config, target, deps),
  });
}

function targetOf(config: NsqMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('nsq', resolver);
  const urls = (field: 'nsqd' | 'lookupd' | 'producers'): readonly string[] => [
    ...new Set(
      (config[field] ?? []).map((value, i) => {
        const { origin, path } = values.address(`${field}[${i}]`, { value, from: undefined }, SCHEMES);
        return `${origin}${path}`;
      }),
    ),
  ];
  return {
    nsqd: urls('nsqd'),
    lookupd: urls('lookupd'),
    ...defined({
      producers: config.producers === undefined ? undefined : urls('producers'),
      ca: values.certificates(config.caFile),
    }),
  };
}

class ChannelReader implements MetricReader {
  readonly #config: NsqMetric;
  readonly #target: Target;
  readonly #deps: MetricSourceDeps;
  /** By base URL. */
  readonly #servers = new Map<string, HttpReader>();
  readonly #arrived = new ArrivedTotal();

  constructor(config: NsqMetric, target: Target, deps: MetricSourceDeps) {
    this.#config = config;
    this.#target = target;
    this.#deps = deps;
  }

  read(signal: AbortSignal): Promise<MetricSample> {
    return together(signal, async (all) => {
      const nodes = await this.#nodes(all);
      await this.#forgetOthers(nodes);
      const counts = await Promise.all(
        nodes.map(async (node) => [node, await this.#counts(node, all)] as const),
      );
      return this.#sampleOf(
        new Map(counts.flatMap(([node, each]) => (each === undefined ? [] : [[node, each]]))),
      );
    });
  }

  async close(): Promise<void> {
    await this.#forgetOthers([]);
  }

  async #nodes(signal: AbortSignal): Promise<readonly string[]> {
    const { nsqd, lookupd, producers } = this.#target;
    if (lookupd.length === 0) return nsqd;
    const told = await Promise.all(lookupd.map((url) => this.#producers(url, signal)));
    const nodes = [...new Set(told.flat())];
    const stranger = nodes.find((node) => producers !== undefined && !producers.includes(node));
    if (stranger !== undefined)
      throw this.#failure(
        `nsqlookupd tells node ${stranger}, which producers does not name; add it, or allow it`,
      );
    return nodes;
  }

  async #producers(url: string, signal: AbortSignal): Promise<readonly string[]> {
    const { topic } = this.#config;
    const what = `the nodes of topic ${topic}`;
    const path = `/lookup?topic=${encodeURIComponent(topic)}`;
    const server = this.#server(url);
    // A topic that is not known is said in JSON.
    const { body } = await server.json({ what, path, readable: [404] }, signal);
    return this.#named(what, server, () => producersIn(body));
  }

  async #counts(url: string, signal: AbortSignal): Promise<ChannelCounts | undefined> {
    const { topic, channel } = this.#config;
    const names = `topic=${encodeURIComponent(topic)}&channel=${encodeURIComponent(channel)}`;
    const path = `/stats?format=json&${names}&include_clients=false&include_mem=false`;
    const server = this.#server(url);
    const { body } = await server.json({ what: describeNsq(this.#config), path }, signal);
    return this.#named(describeNsq(this.#config), server, () => channelCounts(body, { topic, channel }));
  }

  #named<T>(what: string, server: HttpReader, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof TransientError ? readFailure(what, server.host, error.message) : error;
    }
  }

  #sampleOf(nodes: ReadonlyMap<string, ChannelCounts>): MetricSample {
    if (nodes.size === 0)
      throw this.#failure('no node has this topic; check its name, or whether anything was ever published');
    const sum = (of: (each: ChannelCounts) => number): number =>
      [...nodes.values()].reduce((all, each) => all + of(each), 0);
    const waiting = sum((each) => each.waiting);
    const inFlight = sum((each) => each.inFlight);
    const arrivedTotal = this.#arrived.with(nodes);
    const done = arrivedTotal - sum(heldBy);
    return {
      state: 'ok',
      asOfMs: this.#deps.clock.monotonic(),
      waiting,
      inFlight,
      arrivedTotal,
      ...defined({
        // A node that was restarted counts from zero, with messages from before on its disk.
        completedTotal: done < 0 ? undefined : done,
        heldPerInstance: this.#config.inFlightPerInstance,
      }),
    };
  }

  #failure(why: string): TransientError {
    const [first = ''] = [...this.#target.nsqd, ...this.#target.lookupd];
    return readFailure(describeNsq(this.#config), new URL(first).host, why);
  }

  #server(baseUrl: string): HttpReader {
    const { ca } = this.#target;
    const server = this.#servers.get(baseUrl) ?? new HttpReader({ baseUrl, ...defined({ ca }) }, this.#deps);
    this.#servers.set(baseUrl, server);
    return server;
  }

  /** Connections to nodes that are gone. */
  async #forgetOthers(nodes: readonly string[]): Promise<void> {
    const keep = new Set(nodes.length === 0 ? [] : [...nodes, ...this.#target.lookupd]);
    const gone = [...this.#servers].filter(([url]) => !keep.has(url));
    for (const [url] of gone) this.#servers.delete(url);
    await Promise.all(gone.map(([, server]) => server.close()));
  }
}

function describeNsq({ topic, channel }: NsqMetric): string {
  return `channel ${channel} of topic ${topic}`;
}

export const nsq: MetricSourceType<NsqMetric> = {
  ...nsqBlock,
  folder: 'brokers/nsq',
  create: createNsq,
  describe: describeNsq,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
