// metric-sources: a consumer group of Apache Kafka in one topic.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { parseAddress } from '../../connection/address.ts';
import { networkFailureOf, readFailure } from '../../connection/failure.ts';
import { KeptConnection } from '../../connection/kept.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { type ClusterTarget, KafkaCluster } from './cluster.ts';
import type { KafkaMetric } from './config.ts';
import { KafkaRefusal, refusalWords } from './failure.ts';
import { sampleOf } from './offsets.ts';
import { readOffsets } from './read.ts';
import type { KafkaCredentials } from './sasl.ts';
import { kafkaBlock, SCHEMES } from './schema.ts';
import { WireError } from './wire.ts';

function createKafka(config: KafkaMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new GroupReader(config, target, deps),
  });
}

function targetOf(config: KafkaMetric, resolver: ValueResolver): ClusterTarget {
  const values = new BlockValues('kafka', resolver);
  const first = values.address('endpoint', { value: config.endpoint, from: config.endpointFrom }, SCHEMES);
  const others = (config.brokers ?? []).map((value, i) =>
    values.address(`brokers[${i}]`, { value, from: undefined }, [first.scheme]),
  );
  return {
    seeds: [first, ...others].map(({ host, port }) => ({ host, port })),
    onlySeeds: config.brokers !== undefined,
    tls: first.scheme === 'kafkas',
    ...defined({ ca: values.certificates(config.caFile), credentials: credentialsOf(config, values) }),
  };
}

function credentialsOf({ auth }: KafkaMetric, values: BlockValues): KafkaCredentials | undefined {
  if (auth === undefined) return undefined;
  const { mechanism, username, usernameFrom, password } = auth;
  const user = values.requiredPlain('auth.username', username, usernameFrom);
  return { mechanism, username: user, password: values.secret('auth.password', password) };
}

class GroupReader implements MetricReader {
  readonly #config: KafkaMetric;
  readonly #target: ClusterTarget;
  readonly #deps: MetricSourceDeps;
  readonly #kept = new KeptConnection<KafkaCluster>();
  /** Another broker is asked first after every read that failed: the first one may hang. */
  #failures = 0;

  constructor(config: KafkaMetric, target: ClusterTarget, deps: MetricSourceDeps) {
    this.#config = config;
    this.#target = target;
    this.#deps = deps;
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    signal.throwIfAborted();
    try {
      return await this.#kept.use(
        async () => this.#open(),
        (cluster) => this.#ask(cluster, signal),
      );
    } catch (error) {
      this.#failures += 1;
      signal.throwIfAborted();
      const why = wordsOf(error);
      if (why === undefined) throw error;
      const { topic, group } = this.#config;
      const [seed] = this.#target.seeds;
      throw readFailure(`group ${group} of topic ${topic}`, `${seed?.host}:${seed?.port}`, why);
    }
  }

  close(): void {
    this.#kept.close();
  }

  #open(): KafkaCluster {
    const { seeds } = this.#target;
    const from = this.#failures % seeds.length;
    const target = { ...this.#target, seeds: [...seeds.slice(from), ...seeds.slice(0, from)] };
    const { clock, onCall } = this.#deps;
    return new KafkaCluster(target, { onCall: () => onCall?.(), nowMs: () => clock.monotonic() });
  }

  async #ask(cluster: KafkaCluster, signal: AbortSignal): Promise<MetricSample> {
    const { topic, autoOffsetReset: reset, inFlightPerInstance: held } = this.#config;
    // Whoever gives up on an answer does not know what comes next: the connections go, too.
    const stop = (): void => cluster.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const partitions = await readOffsets(cluster, this.#config);
      return sampleOf(partitions, { topic, nowMs: this.#deps.clock.monotonic(), reset, held });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

function wordsOf(error: unknown): string | undefined {
  if (error instanceof TransientError || error instanceof WireError) return error.message;
  if (error instanceof KafkaRefusal) return refusalWords(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^ERR_(SSL|TLS|OSSL)/.test(code))
    return networkFailureOf(error) ?? 'the two sides do not agree on TLS; check endpoint and caFile';
  return networkFailureOf(error);
}

function describeKafka({ endpoint, endpointFrom, topic, group }: KafkaMetric): string {
  const label = `group ${group} of topic ${topic}`;
  const given = plainValue(endpoint, endpointFrom);
  if (given === undefined) return label;
  if (!('value' in given)) return `${label} at the broker named by ${referenceName(given.from)}`;
  const address = parseAddress(given.value, SCHEMES);
  return 'wrong' in address ? label : `${label} at ${address.host}`;
}

export const kafka: MetricSourceType<KafkaMetric> = {
  ...kafkaBlock,
  folder: 'brokers/kafka',
  create: createKafka,
  describe: describeKafka,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
