// server: the query of a request, read as it is written: a parameter that could mean two things means nothing.

import { badRequest } from './failure.ts';

/** The only one of Kubernetes' parameters that is a list. */
const LISTS: ReadonlySet<string> = new Set(['dryRun']);
const MAX_SHOWN = 80;

/** @throws ApiFailure BadRequest for a parameter that is given twice, and for bytes that are no text */
export function queryOf(url: URL): URLSearchParams {
  refuseMalformed(url.search);
  const seen = new Set<string>();
  for (const name of url.searchParams.keys()) {
    if (seen.has(name) && !LISTS.has(name))
      throw badRequest(`${shownText(name)} is given twice in the query: give it once`);
    seen.add(name);
  }
  return url.searchParams;
}

/** What URLSearchParams would pass over, or replace. */
function refuseMalformed(search: string): void {
  try {
    decodeURIComponent(search);
  } catch {
    throw badRequest('the query is not well encoded: write % as %25, and other text as UTF-8 in %XX');
  }
}

/** One of a few words; empty is not given. @throws ApiFailure BadRequest */
export function wordIn<T extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = query.get(name);
  const word = words.find((each) => each === value);
  if (value === null || value === '' || word !== undefined) return word;
  throw badRequest(`${name}: ${shownValue(value)} is none of ${words.join(', ')}`);
}

/** @throws ApiFailure BadRequest */
export function flagIn(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || ['false', '0', 'f', 'F', 'False', 'FALSE'].includes(value)) return false;
  if (['true', '1', 't', 'T', 'True', 'TRUE', ''].includes(value)) return true;
  throw badRequest(`${name}: ${shownValue(value)} is neither true nor false`);
}

/** @throws ApiFailure BadRequest */
export function wholeNumberIn(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const read = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(read)) return read;
  throw badRequest(`${name}: ${shownValue(value)} is not a whole number`);
}

/** A value of a JSON body, as a message repeats it. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `'${shownText(value)}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** As a message repeats it. */
export function shownText(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
