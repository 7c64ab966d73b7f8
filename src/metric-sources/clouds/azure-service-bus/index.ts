// metric-sources: a queue or a subscription of Azure Service Bus, by its management API. One read is one GET.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { parseAddress } from '../../connection/address.ts';
import { readFailure } from '../../connection/failure.ts';
import { type HttpAnswer, HttpReader, type HttpTarget } from '../../connection/http.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { activeCountOf, REFUSALS } from './answer.ts';
import type { AzureServiceBusMetric } from './config.ts';
import { authorizationOf, type ConnectionParts, partsOfConnectionString } from './credential.ts';
import { azureServiceBusBlock, SERVICE_BUS_SCHEMES } from './schema.ts';

interface Target extends HttpTarget {
  readonly what: string;
  readonly path: string;
  readonly credential: NonNullable<ConnectionParts['credential']>;
}

/** What the current clients of the service ask by. */
const API = '?api-version=2021-05';
const NONE = 'there is no such queue or subscription; check its names and the namespace';
const STATUS_WORDS: Readonly<Record<number, string>> = { 404: NONE, 410: NONE };
const MAX_BYTES = 64 * 1024;

function targetOf(config: AzureServiceBusMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('azureServiceBus', resolver);
  const parts = partsIn(config, values);
  if (parts.credential === undefined)
    throw values.wrong(
      'auth.connectionString',
      'has neither SharedAccessKeyName and SharedAccessKey nor SharedAccessSignature; copy it whole',
    );
  const baseUrl = baseUrlOf(config, parts, values);
  const queue = values.plain('queueName', config.queueName, config.queueNameFrom);
  const entity = queue ?? config.topicName ?? '';
  if (parts.entityPath !== undefined && parts.entityPath.toLowerCase() !== entity.toLowerCase())
    throw values.wrong('auth.connectionString', `its EntityPath is another one than ${entity}`);
  const path = queue === undefined ? `${entity}/subscriptions/${config.subscriptionName}` : queue;
  const names = path.split('/');
  if (names.some((name) => /^\.{0,2}$/.test(name)))
    throw values.wrong(queue === undefined ? 'topicName' : 'queueName', 'is not the name of one');
  return {
    baseUrl,
    what:
      queue === undefined ? `subscription ${config.topicName}/${config.subscriptionName}` : `queue ${queue}`,
    path: `/${names.map(encodeURIComponent).join('/')}`,
    credential: parts.credential,
    ...defined({ ca: values.certificates(config.caFile) }),
  };
}

function partsIn({ auth }: AzureServiceBusMetric, values: BlockValues): ConnectionParts {
  const { connectionString, sharedAccessKey, token } = auth;
  if (connectionString !== undefined)
    return partsOfConnectionString(values.secret('auth.connectionString', connectionString));
  if (sharedAccessKey !== undefined) {
    const key = values.secret('auth.sharedAccessKey.key', sharedAccessKey.key);
    return { credential: { kind: 'key', name: sharedAccessKey.name, key } };
  }
  const value = values.optionalSecret('auth.token', token);
  return value === undefined ? {} : { credential: { kind: 'token', value } };
}

function baseUrlOf(config: AzureServiceBusMetric, parts: ConnectionParts, values: BlockValues): string {
  if (config.endpoint === undefined && config.endpointFrom === undefined && parts.endpoint !== undefined) {
    const address = parseAddress(parts.endpoint, SERVICE_BUS_SCHEMES);
    if ('wrong' in address) throw values.wrong('auth.connectionString', `its Endpoint ${address.wrong}`);
    return address.origin;
  }
  const given = { value: config.endpoint, from: config.endpointFrom };
  const { origin, path } = values.address('endpoint', given, SERVICE_BUS_SCHEMES);
  return `${origin}${path}`;
}

class EntityReader implements MetricReader {
  readonly #target: Target;
  readonly #deps: MetricSourceDeps;
  readonly #held: number | undefined;
  readonly #http: HttpReader;

  constructor(target: Target, deps: MetricSourceDeps, held: number | undefined) {
    this.#target = target;
    this.#deps = deps;
    this.#held = held;
    this.#http = new HttpReader(target, deps);
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    const { baseUrl, credential, path, what } = this.#target;
    const { clock } = this.#deps;
    const asOfMs = clock.monotonic();
    const authorization = authorizationOf(credential, `${baseUrl}${path}`, clock.now());
    const headers = { authorization, accept: 'application/atom+xml' };
    const question = { what, path: `${path}${API}`, headers, maxBytes: MAX_BYTES };
    const answer = await this.#http.get(
      { ...question, statusWords: STATUS_WORDS, readable: REFUSALS },
      signal,
    );
    return { ...sampleOf(asOfMs, this.#countIn(answer)), ...defined({ heldPerInstance: this.#held }) };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #countIn(answer: HttpAnswer): number {
    try {
      return activeCountOf(answer);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      throw readFailure(this.#target.what, this.#http.host, error.message);
    }
  }
}

/** Locked and deferred messages are active, too; scheduled ones, dead letters and those in transfer are counted apart. */
function sampleOf(asOfMs: number, active: number): MetricSample {
  return { state: 'ok', asOfMs, waiting: active, unsplit: { waitingAtLeast: 0, restInFlight: true } };
}

function describeEntity({
  queueName,
  queueNameFrom,
  topicName,
  subscriptionName,
}: AzureServiceBusMetric): string {
  const given = plainValue(queueName, queueNameFrom);
  if (given === undefined) return `subscription ${topicName}/${subscriptionName}`;
  return 'value' in given ? `queue ${given.value}` : `queue named by ${referenceName(given.from)}`;
}

export const azureServiceBus: MetricSourceType<AzureServiceBusMetric> = {
  ...azureServiceBusBlock,
  folder: 'clouds/azure-service-bus',
  create: (config, deps) =>
    polledSource(deps, {
      resolve: () => targetOf(config, deps.values),
      open: (target) => new EntityReader(target, deps, config.inFlightPerInstance),
    }),
  describe: describeEntity,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
  seen: (_, { asOfMs, total }) => sampleOf(asOfMs, total),
};
