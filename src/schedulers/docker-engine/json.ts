// schedulers: an engine's answers read field by field. What is not what it should be is absent, never a wrong type.

import { TransientError } from '../../runtime/errors.ts';

export type Json = Readonly<Record<string, unknown>>;

/** @throws TransientError for what is no JSON: something else than an engine answers there */
export function parseJson(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransientError(`${doing}: the answer is not JSON; is it an engine that answers?`);
  }
}

export function objectIn(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The whole of an answer that is to be a list: what is none does not say that there is nothing.
 *
 * @throws TransientError
 */
export function answeredList(answer: unknown, doing: string): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  throw new TransientError(`${doing}: the answer is not a list; is it an engine that answers?`);
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function textsIn(value: unknown): readonly string[] {
  return listIn(value).filter((item) => typeof item === 'string');
}

export function textMapIn(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectIn(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}

/** ms since the epoch; undefined for the year 1 in which the engine puts what has not happened. */
export function instantIn(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
