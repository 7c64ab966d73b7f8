// metric-sources: the one number in an answer of Prometheus' instant queries
// (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).

import { isObject } from '../../../api/schema/json-schema.ts';
import { TransientError } from '../../../runtime/errors.ts';

export interface QueryAnswer {
  /** As Prometheus writes numbers. */
  readonly value: string;
  /** When the query was evaluated, ms since the epoch, by Prometheus' clock. */
  readonly atMs: number;
}

/** The query is well, and there is no series. */
export class NothingFound extends TransientError {}

/** @throws TransientError that says why there is not one number */
export function numberIn(body: unknown): QueryAnswer {
  const { status, data, error } = isObject(body) ? body : {};
  if (status === 'error')
    throw new TransientError(
      `refused: ${typeof error === 'string' ? error.slice(0, 300) : 'it says no reason'}`,
    );
  const { resultType, result } = isObject(data) ? data : {};
  if (status !== 'success' || !Array.isArray(result))
    throw new TransientError('the answer is not one of Prometheus; check endpoint and its path');
  if (resultType === 'scalar') return pairIn(result);
  if (resultType !== 'vector')
    throw new TransientError(`its answer is a ${String(resultType)}, not a number; take one moment of it`);
  if (result.length === 0) {
    throw new NothingFound(
      'it finds nothing: the series does not exist, or is not scraped any more; add `or vector(0)` if that means none',
    );
  }
  if (result.length > 1)
    throw new TransientError(`it finds ${result.length} series; make one of them, with sum(…)`);
  return pairIn(isObject(result[0]) ? result[0]['value'] : undefined);
}

function pairIn(pair: unknown): QueryAnswer {
  const [seconds, value] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
  if (typeof seconds !== 'number' || typeof value !== 'string')
    throw new TransientError('the answer is not one of Prometheus; check endpoint and its path');
  return { value, atMs: seconds * 1000 };
}
