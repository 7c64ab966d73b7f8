// metric-sources: a queue in Redis. One read is one exchange over a connection that is kept, of a stream two.

import type { ValueSource } from '../../../api/policy.ts';
import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { readFailure } from '../../connection/failure.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import type { RedisMetric } from './config.ts';
import { ConnectionLost, RedisConnection, type RedisServer } from './connection.ts';
import { wordsOf } from './failure.ts';
import { bullmq, celery, list } from './lists.ts';
import { type Command, ErrorReply, type Reply } from './resp.ts';
import { PATH_COMPLAINT, REDIS_SCHEMES, redisBlock } from './schema.ts';
import { stream } from './stream.ts';
import type { Structure } from './structure.ts';

interface Target {
  readonly server: RedisServer;
  /** Of the list, the stream or the queue. */
  readonly name: string;
}

function createRedis(config: RedisMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new QueueReader(config, target, deps),
  });
}

function targetOf(config: RedisMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('redis', resolver);
  const { endpoint, endpointFrom, auth, database } = config;
  const address = values.address('endpoint', { value: endpoint, from: endpointFrom }, REDIS_SCHEMES);
  if (address.path !== '')
    throw values.wrong(endpointFrom === undefined ? 'endpoint' : 'endpointFrom', PATH_COMPLAINT);
  const { field, value, from } = nameOf(config);
  return {
    name: values.requiredPlain(field, value, from),
    server: {
      host: address.host,
      port: address.port,
      tls: address.scheme === 'rediss',
      database,
      ...defined({
        ca: values.certificates(config.caFile),
        username: values.plain('auth.username', auth?.username, auth?.usernameFrom),
        password: values.optionalSecret('auth.password', auth?.password),
      }),
    },
  };
}

interface Name {
  readonly field: string;
  readonly value: string | undefined;
  readonly from: ValueSource | undefined;
}

function nameOf({ list: l, stream: s, bullmq: b, celery: c }: RedisMetric): Name {
  if (l !== undefined) return { field: 'list.name', value: l.name, from: l.nameFrom };
  if (s !== undefined) return { field: 'stream.name', value: s.name, from: s.nameFrom };
  if (b !== undefined) return { field: 'bullmq.queue', value: b.queue, from: b.queueFrom };
  return { field: 'celery.queue', value: c?.queue, from: c?.queueFrom };
}

function structureOf(config: RedisMetric, name: string): Structure {
  if (config.stream !== undefined) return stream({ name, group: config.stream.group });
  if (config.bullmq !== undefined) return bullmq({ queue: name, prefix: config.bullmq.prefix });
  if (config.celery !== undefined) {
    const { exchange = name, unackedKey, prefix } = config.celery;
    return celery({ queue: name, exchange, unackedKey, prefix });
  }
  const { processingList, markerKey } = config.list ?? {};
  return list({ name, ...defined({ processingList, markerKey }) });
}

class QueueReader implements MetricReader {
  readonly #deps: MetricSourceDeps;
  readonly #server: RedisServer;
  readonly #structure: Structure;
  readonly #held: number | undefined;
  #connection: RedisConnection | undefined;
  #isClosed = false;

  constructor(config: RedisMetric, { server, name }: Target, deps: MetricSourceDeps) {
    this.#deps = deps;
    this.#server = server;
    this.#structure = structureOf(config, name);
    this.#held = config.inFlightPerInstance;
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    const { clock } = this.#deps;
    const clocks = { nowMs: () => clock.monotonic(), wallMs: () => clock.now() };
    try {
      const sample = await this.#structure.read((commands) => this.#ask(commands, signal), clocks);
      return { state: 'ok', ...sample, ...defined({ heldPerInstance: this.#held }) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      const { host, port } = this.#server;
      throw readFailure(this.#structure.what, `${host}:${port}`, error.message);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #ask(commands: readonly Command[], signal: AbortSignal): Promise<readonly Reply[]> {
    const replies = await this.#answers(commands, signal);
    const failed =
      replies instanceof ErrorReply ? replies : replies.find((reply) => reply instanceof ErrorReply);
    if (failed instanceof ErrorReply) throw new TransientError(wordsOf(failed));
    return replies instanceof ErrorReply ? [] : replies;
  }

  /** A server that was restarted has closed the connection that was kept: that is no failure of the new one. */
  async #answers(commands: readonly Command[], signal: AbortSignal): Promise<readonly Reply[] | ErrorReply> {
    const kept = this.#open();
    try {
      this.#deps.onCall?.();
      return await kept.ask(commands, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ConnectionLost) || !kept.hasAnswered) throw error;
      this.#deps.onCall?.();
      return await this.#open().ask(commands, signal);
    }
  }

  #open(): RedisConnection {
    if (this.#isClosed) throw new TransientError('the source was closed before the answer was complete');
    if (this.#connection?.isUsable !== true) this.#connection = new RedisConnection(this.#server);
    return this.#connection;
  }
}

/** `list orders`; where the name comes from elsewhere, from where. */
function describeRedis(config: RedisMetric): string {
  const { field, value, from } = nameOf(config);
  const given = plainValue(value, from);
  if (given === undefined) return 'a queue without a name';
  if ('value' in given) return structureOf(config, given.value).what;
  return `${field.split('.')[0]} named by ${referenceName(given.from)}`;
}

export const redis: MetricSourceType<RedisMetric> = {
  ...redisBlock,
  folder: 'brokers/redis',
  create: createRedis,
  describe: describeRedis,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
