// metric-sources: answers of queries to Prometheus. One read is one request a query, all at once.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { parseAddress } from '../../connection/address.ts';
import { readFailure } from '../../connection/failure.ts';
import { resolveHeaders } from '../../connection/headers.ts';
import { HttpReader, type HttpTarget } from '../../connection/http.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import {
  READING_FIELDS,
  type ReadingField,
  type ReadingFields,
  sampleOfFields,
} from '../../connection/reading-fields.ts';
import { together } from '../../connection/together.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { NothingFound, numberIn, type QueryAnswer } from './answer.ts';
import type { PrometheusMetric } from './config.ts';
import { prometheusBlock, SCHEMES } from './schema.ts';
import { onlySelectorIn } from './selector.ts';

interface FieldAnswer extends QueryAnswer {
  readonly field: ReadingField;
}

interface Target extends HttpTarget {
  readonly headers: Readonly<Record<string, string>>;
}

function createPrometheus(config: PrometheusMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new QueryReader(config, target, deps),
  });
}

function targetOf(config: PrometheusMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('prometheus', resolver);
  const given = { value: config.endpoint, from: config.endpointFrom };
  const { origin, path } = values.address('endpoint', given, SCHEMES);
  return {
    baseUrl: `${origin}${path}`,
    headers: resolveHeaders(config.headers, values),
    ...defined({ authorization: values.authorization(config.auth), ca: values.certificates(config.caFile) }),
  };
}

const STATUS_WORDS = { 404: 'there is no Prometheus API; check endpoint and its path' };

class QueryReader implements MetricReader {
  readonly #config: PrometheusMetric;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: MetricSourceDeps['clock'];
  readonly #http: HttpReader;
  /** Field and query; of `asOf` also where nobody gave one and it can be told. */
  readonly #queries: readonly (readonly [ReadingField, string])[];

  constructor(config: PrometheusMetric, target: Target, deps: MetricSourceDeps) {
    this.#config = config;
    this.#headers = target.headers;
    this.#clock = deps.clock;
    this.#http = new HttpReader(target, deps);
    const queries = withTime(config.queries);
    this.#queries = READING_FIELDS.flatMap((field) => {
      const query = queries[field];
      return query === undefined ? [] : [[field, query] as const];
    });
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    try {
      const answers = await together(signal, (all) =>
        Promise.all(this.#queries.map((query) => this.#answerOf(query, all))),
      );
      const found = answers.filter((answer) => answer !== undefined);
      return sampleOfFields(Object.fromEntries(found.map(({ field, value }) => [field, value])), {
        nowMs: this.#clock.monotonic(),
        wallMs: Math.max(...found.map(({ atMs }) => atMs)),
        inFlightPerInstance: this.#config.inFlightPerInstance,
        nameOf: (field) => `the answer of queries.${field}`,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError) || error.message.startsWith('reading ')) throw error;
      throw readFailure('queries', this.#http.host, error.message);
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** Undefined where nobody asked for it and it is not known. */
  async #answerOf(
    [field, query]: readonly [ReadingField, string],
    signal: AbortSignal,
  ): Promise<FieldAnswer | undefined> {
    const what = `query ${shown(query)}`;
    const path = `/api/v1/query?query=${encodeURIComponent(query)}`;
    // A refused query is answered in the same form as any other.
    const question = {
      what,
      path,
      headers: this.#headers,
      statusWords: STATUS_WORDS,
      readable: [400, 422, 503],
    };
    const { body } = await this.#http.json(question, signal);
    try {
      return { field, ...numberIn(body) };
    } catch (error) {
      // A count that is given for want of a series (`or vector(0)`) has no sample with a time.
      if (error instanceof NothingFound && this.#config.queries[field] === undefined) return undefined;
      throw error instanceof TransientError ? readFailure(what, this.#http.host, error.message) : error;
    }
  }
}

/**
 * An answer is evaluated now, from samples that were scraped before: their own times say when it was true. They can be
 * asked for where the query for the count is about one series.
 */
function withTime(queries: ReadingFields<string>): ReadingFields<string> {
  if (queries.asOf !== undefined) return queries;
  const selector = onlySelectorIn(queries.waiting ?? queries.total ?? '');
  return selector === undefined ? queries : { ...queries, asOf: `min(timestamp(${selector}))` };
}

const MOST_SHOWN = 80;

function shown(query: string): string {
  return query.length <= MOST_SHOWN ? query : `${query.slice(0, MOST_SHOWN)}…`;
}

function describePrometheus({ endpoint, endpointFrom, queries }: PrometheusMetric): string {
  const query = shown(queries.waiting ?? queries.total ?? 'a query');
  const given = plainValue(endpoint, endpointFrom);
  if (given === undefined) return query;
  if (!('value' in given)) return `${query} at the Prometheus named by ${referenceName(given.from)}`;
  const address = parseAddress(given.value, SCHEMES);
  return 'wrong' in address ? query : `${query} at ${address.host}`;
}

export const prometheus: MetricSourceType<PrometheusMetric> = {
  ...prometheusBlock,
  folder: 'queries/prometheus',
  create: createPrometheus,
  describe: describePrometheus,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
