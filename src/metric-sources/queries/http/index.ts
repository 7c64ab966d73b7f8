// metric-sources: numbers in the JSON answer of any HTTP endpoint. One read is one GET.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { readFailure } from '../../connection/failure.ts';
import { resolveHeaders } from '../../connection/headers.ts';
import { HttpReader, type HttpTarget } from '../../connection/http.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { READING_FIELDS, type ReadingFields, sampleOfFields } from '../../connection/reading-fields.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import type { HttpMetric } from './config.ts';
import { valueAt } from './pointer.ts';
import { httpBlock } from './schema.ts';
import { parseUrl } from './url.ts';

interface Target extends HttpTarget {
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function createHttp(config: HttpMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new JsonReader(config, target, deps),
  });
}

function targetOf(config: HttpMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('http', resolver);
  const { address, query, wrong } = parseUrl(values.requiredPlain('url', config.url, config.urlFrom));
  if (address === undefined)
    throw values.wrong(config.url === undefined ? 'urlFrom' : 'url', wrong ?? 'is none');
  return {
    baseUrl: address.origin,
    path: `${address.path === '' ? '/' : address.path}${query}`,
    headers: resolveHeaders(config.headers, values),
    ...defined({ authorization: values.authorization(config.auth), ca: values.certificates(config.caFile) }),
  };
}

class JsonReader implements MetricReader {
  readonly #config: HttpMetric;
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #http: HttpReader;

  constructor(config: HttpMetric, target: Target, deps: MetricSourceDeps) {
    this.#config = config;
    this.#target = target;
    this.#clock = deps.clock;
    this.#http = new HttpReader(target, deps);
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    const { path, headers } = this.#target;
    const what = path.split('?', 1)[0] ?? path;
    const { body, dateMs } = await this.#http.json({ what, path, headers }, signal);
    const nowMs = this.#clock.monotonic();
    const { inFlightPerInstance, pointers } = this.#config;
    try {
      return sampleOfFields(this.#found(body), {
        nowMs,
        wallMs: dateMs ?? this.#clock.now(),
        inFlightPerInstance,
        nameOf: (field) => `the value at ${pointers[field] === '' ? 'the top' : pointers[field]}`,
      });
    } catch (error) {
      throw error instanceof TransientError ? readFailure(what, this.#http.host, error.message) : error;
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #found(body: unknown): ReadingFields<unknown> {
    const asked = READING_FIELDS.flatMap((field) => {
      const pointer = this.#config.pointers[field];
      return pointer === undefined ? [] : [[field, valueAt(body, pointer)] as const];
    });
    return Object.fromEntries(asked);
  }
}

/** Without the query, which may hold anything. */
function describeHttp({ url, urlFrom }: HttpMetric): string {
  const given = plainValue(url, urlFrom);
  if (given === undefined) return 'an HTTP endpoint';
  if (!('value' in given)) return `the HTTP endpoint named by ${referenceName(given.from)}`;
  const { address } = parseUrl(given.value);
  return address === undefined ? 'an HTTP endpoint' : `${address.origin}${address.path}`;
}

export const http: MetricSourceType<HttpMetric> = {
  ...httpBlock,
  folder: 'queries/http',
  create: createHttp,
  describe: describeHttp,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
