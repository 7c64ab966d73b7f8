// metric-sources: a consumer of NATS JetStream. One read is one request, two with the age of the oldest message.

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
import { bodyOf, consumerState, storedAtMs } from './answer.ts';
import type { NatsMetric } from './config.ts';
import { NatsConnection, NatsRefusal, type NatsTarget } from './connection.ts';
import { credentialsIn, type NatsCredentials } from './credentials.ts';
import { FrameError } from './frames.ts';
import { natsBlock, SCHEMES } from './schema.ts';

function createNats(config: NatsMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new ConsumerReader(config, target, deps),
  });
}

function targetOf(config: NatsMetric, resolver: ValueResolver): NatsTarget {
  const values = new BlockValues('nats', resolver);
  const given = { value: config.endpoint, from: config.endpointFrom };
  const { scheme, host, port } = values.address('endpoint', given, SCHEMES);
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    tls: scheme === 'tls',
    ...defined({ ca: values.certificates(config.caFile), credentials: credentialsOf(config, values) }),
  };
}

function credentialsOf({ auth }: NatsMetric, values: BlockValues): NatsCredentials | undefined {
  if (auth?.token !== undefined) return { token: values.secret('auth.token', auth.token) };
  if (auth?.basic !== undefined) {
    const { username, usernameFrom, password } = auth.basic;
    const user = values.requiredPlain('auth.basic.username', username, usernameFrom);
    return { user, password: values.secret('auth.basic.password', password) };
  }
  if (auth?.creds === undefined) return undefined;
  const found = credentialsIn(values.secret('auth.creds', auth.creds));
  if (found === undefined)
    throw values.wrong('auth.creds', 'holds no JWT and seed of a user; give the content of a .creds file');
  return found;
}

class ConsumerReader implements MetricReader {
  readonly #config: NatsMetric;
  readonly #target: NatsTarget;
  readonly #deps: MetricSourceDeps;
  readonly #kept = new KeptConnection<NatsConnection>();

  constructor(config: NatsMetric, target: NatsTarget, deps: MetricSourceDeps) {
    this.#config = config;
    this.#target = target;
    this.#deps = deps;
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    signal.throwIfAborted();
    const { host, port } = this.#target;
    const { stream, consumer } = this.#config;
    const open = (): Promise<NatsConnection> =>
      NatsConnection.open(this.#target, () => this.#deps.onCall?.(), signal);
    try {
      return await this.#kept.use(open, (connection) => this.#ask(connection, signal));
    } catch (error) {
      signal.throwIfAborted();
      const why = wordsOf(error);
      if (why === undefined) throw error;
      throw readFailure(`consumer ${consumer} of stream ${stream}`, `${host}:${port}`, why);
    }
  }

  close(): void {
    this.#kept.close();
  }

  async #ask(connection: NatsConnection, signal: AbortSignal): Promise<MetricSample> {
    const { stream, consumer, domain, oldestAge, inFlightPerInstance: held } = this.#config;
    const api = domain === undefined ? '$JS.API' : `$JS.${domain}.API`;
    const { clock } = this.#deps;
    const info = bodyOf(await connection.ask(`${api}.CONSUMER.INFO.${stream}.${consumer}`, '', signal));
    const { sample, next } = consumerState(info, { nowMs: clock.monotonic(), held });
    if (!oldestAge || sample.waiting === 0) return sample;
    if (next === undefined)
      throw new TransientError(
        'the consumer has several filter subjects, so no age is known; leave oldestAge out',
      );
    const { sequence: seq, subject: next_by_subj } = next;
    // Deleted messages leave gaps, which only a search by subject skips.
    const question = JSON.stringify({ seq, next_by_subj: next_by_subj ?? '>' });
    const atMs = storedAtMs(
      bodyOf(await connection.ask(`${api}.STREAM.MSG.GET.${stream}`, question, signal)),
    );
    return atMs === undefined ? sample : { ...sample, oldestAgeMs: Math.max(0, clock.now() - atMs) };
  }
}

function wordsOf(error: unknown): string | undefined {
  if (error instanceof TransientError || error instanceof FrameError) return error.message;
  if (error instanceof NatsRefusal) return refusalWords(error.message);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^ERR_(SSL|TLS|OSSL)/.test(code))
    return networkFailureOf(error) ?? 'the two sides do not agree on TLS; check caFile';
  return networkFailureOf(error);
}

function refusalWords(text: string): string {
  const [, subject] = /^permissions violation for \w+ to "([^"]{1,200})/i.exec(text) ?? [];
  if (subject?.startsWith('_INBOX')) return 'the user may not get answers; allow it to subscribe to _INBOX.>';
  if (subject !== undefined) return `the user has no right to ask; allow it to publish to ${subject}`;
  if (/authoriz|authentic|jwt|expired|account/i.test(text))
    return 'the credentials are missing or were refused; check auth';
  if (/maximum connections/i.test(text)) return 'the server has no connection left';
  return 'the server ended the connection';
}

function describeNats({ endpoint, endpointFrom, stream, consumer }: NatsMetric): string {
  const label = `consumer ${consumer} of stream ${stream}`;
  const given = plainValue(endpoint, endpointFrom);
  if (given === undefined) return label;
  if (!('value' in given)) return `${label} at the server named by ${referenceName(given.from)}`;
  const address = parseAddress(given.value, SCHEMES);
  return 'wrong' in address ? label : `${label} at ${address.host}`;
}

export const nats: MetricSourceType<NatsMetric> = {
  ...natsBlock,
  folder: 'brokers/nats',
  create: createNats,
  describe: describeNats,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
