// metric-sources: one row of a query to PostgreSQL. One read is one read-only transaction.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { isLoopback } from '../../../runtime/network/loopback.ts';
import { parseAddress } from '../../connection/address.ts';
import { readFailure } from '../../connection/failure.ts';
import { KeptConnection } from '../../connection/kept.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { sampleOfFields } from '../../connection/reading-fields.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import type { PostgresqlMetric } from './config.ts';
import { failureWords } from './failure.ts';
import { fieldsOf } from './row.ts';
import { databaseOf, postgresqlBlock, SCHEMES } from './schema.ts';
import { Session, type SessionAnswer, type SessionTarget } from './session.ts';

function createPostgresql(config: PostgresqlMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new RowReader(config, target, deps),
  });
}

function targetOf(config: PostgresqlMetric, resolver: ValueResolver): SessionTarget {
  const values = new BlockValues('postgresql', resolver);
  const { endpoint, endpointFrom, auth, caFile } = config;
  const { host, port, path } = values.address('endpoint', { value: endpoint, from: endpointFrom }, SCHEMES);
  const named = databaseOf(path);
  if ('wrong' in named)
    throw values.wrong(endpointFrom === undefined ? 'endpoint' : 'endpointFrom', named.wrong);
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    database: named.database,
    username: values.requiredPlain('auth.username', auth.username, auth.usernameFrom),
    password: values.optionalSecret('auth.password', auth.password) ?? '',
    tls: config.tls ?? (caFile === undefined && isLoopback(host) ? 'Disable' : 'VerifyFull'),
    ...defined({ ca: values.certificates(caFile) }),
  };
}

class RowReader implements MetricReader {
  readonly #config: PostgresqlMetric;
  readonly #target: SessionTarget;
  readonly #deps: MetricSourceDeps;
  readonly #kept = new KeptConnection<Session>();

  constructor(config: PostgresqlMetric, target: SessionTarget, deps: MetricSourceDeps) {
    this.#config = config;
    this.#target = target;
    this.#deps = deps;
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    signal.throwIfAborted();
    const { host, port } = this.#target;
    const what = `query ${shown(this.#config.query)}`;
    try {
      return this.#sampleOf(await this.#ask(signal));
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof TransientError ? error.message : failureWords(error);
      if (why === undefined) throw error;
      // No `cause`: it may carry what the tables hold.
      throw readFailure(what, `${host}:${port}`, why);
    }
  }

  close(): void {
    this.#kept.close();
  }

  #ask(signal: AbortSignal): Promise<SessionAnswer> {
    const open = (): Promise<Session> => Session.open(this.#target, () => this.#deps.onCall?.(), signal);
    return this.#kept.use(open, async (session) => {
      try {
        return await session.ask(this.#config.query, signal);
      } catch (error) {
        if (!session.isTooLarge) throw error;
        throw new TransientError('the answer is larger than 1 MiB; the query must give one row of numbers');
      }
    });
  }

  #sampleOf({ columns, rows, serverMs }: SessionAnswer): MetricSample {
    const { values, names } = fieldsOf(columns, rows);
    return sampleOfFields(values, {
      nowMs: this.#deps.clock.monotonic(),
      wallMs: serverMs,
      inFlightPerInstance: this.#config.inFlightPerInstance,
      nameOf: (field) => `column ${names[field] ?? field}`,
    });
  }
}

const MOST_SHOWN = 80;

function shown(query: string): string {
  const line = query.replaceAll(/\s+/g, ' ').trim();
  return line.length <= MOST_SHOWN ? line : `${line.slice(0, MOST_SHOWN)}…`;
}

function describePostgresql({ endpoint, endpointFrom, query }: PostgresqlMetric): string {
  const given = plainValue(endpoint, endpointFrom);
  if (given === undefined) return shown(query);
  if (!('value' in given)) return `${shown(query)} at the database named by ${referenceName(given.from)}`;
  const address = parseAddress(given.value, SCHEMES);
  return 'wrong' in address ? shown(query) : `${shown(query)} at ${address.host}${address.path}`;
}

export const postgresql: MetricSourceType<PostgresqlMetric> = {
  ...postgresqlBlock,
  folder: 'queries/postgresql',
  create: createPostgresql,
  describe: describePostgresql,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
