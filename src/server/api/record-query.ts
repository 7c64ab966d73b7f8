// server: times in the queries of those who look back.

import { durationMs, isDuration } from '../../api/duration.ts';
import { ApiFailure, badRequest } from '../kube/http/failure.ts';

/**
 * RFC 3339, or ms since the epoch.
 *
 * @throws ApiFailure that says what is wrong
 */
export function timeIn(query: (name: string) => string | undefined, name: string): number | undefined {
  const text = query(name);
  if (text === undefined || text === '') return undefined;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw badRequest(`${name}: '${text}' is not a time such as 2026-11-29T02:10:00Z, or ms since the epoch`);
}

export function recordsNothing(): ApiFailure {
  return new ApiFailure(
    'NotFound',
    'this operator records nothing: start it with --data DIR (and without --record-for 0s)',
  );
}

/** A duration such as 5s, or ms. @throws ApiFailure */
export function durationIn(query: (name: string) => string | undefined, name: string): number | undefined {
  const text = query(name);
  if (text === undefined || text === '') return undefined;
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  if (isDuration(text) && durationMs(text) > 0) return durationMs(text);
  throw badRequest(`${name}: '${text}' is not a duration such as 500ms, 5s or 1m`);
}
