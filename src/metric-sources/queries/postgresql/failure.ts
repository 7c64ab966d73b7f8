// metric-sources: what a failed read of a PostgreSQL server means, in words that say what to do.
// Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html

import { networkFailureOf } from '../../connection/failure.ts';

/** By code; what a server says itself is added only where it cannot hold data. */
const WORDS: Readonly<Record<string, string>> = {
  '25001': 'the query would change its own transaction, which is refused: make it a SELECT',
  '25006': 'the query writes, which is refused: a metric is only read; make it a SELECT',
  '28000': 'the server does not let this role in from here; check auth, tls and pg_hba.conf',
  '28P01': 'the password or the role is wrong; check auth',
  '2D000': 'the query would end its own transaction, which is refused: make it a SELECT',
  '3D000': 'there is no such database; check endpoint',
  '42501': 'the role has no right to read it; GRANT SELECT on what the query names',
  '53300': 'the server has no connection left',
  '57014': 'the query took too long and was ended; give it an index, or count less',
  '57P01': 'the server is shutting down',
  '57P02': 'the server has crashed and recovers',
  '57P03': 'the server is starting or shutting down',
};

/** Classes whose messages are about the query's text, never about what is in the tables. */
const ABOUT_THE_QUERY = /^(42|0A|3F)/;

const NOT_POSTGRESQL = 'the answer is not that of PostgreSQL; check host and port';

/** The words of the client library for what has no code. */
const LIBRARY: readonly (readonly [RegExp, string])[] = [
  [/does not support SSL/, 'the server does not speak TLS; tls: Disable sends everything unencrypted'],
  [/establishing an SSL connection/, NOT_POSTGRESQL],
  [/password must be/, 'the server asks for a password; give auth.password'],
  [/^SASL/, 'the server could not prove that it knows the password; is it the right server?'],
  [/^Connection terminated/, 'the connection was closed before the answer was complete'],
  [/^Received unexpected|^received invalid/, NOT_POSTGRESQL],
];

/** Undefined for what is none of the other side's failures. */
export function failureWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if ('severity' in error)
    return /^[0-9A-Z]{5}$/.test(code) ? serverWords(code, error.message) : NOT_POSTGRESQL;
  const network = networkFailureOf(error);
  if (network !== undefined) return network;
  if (/^ERR_(SSL|TLS|OSSL)/.test(code)) return 'the two sides do not agree on TLS; check tls and caFile';
  return LIBRARY.find(([pattern]) => pattern.test(error.message))?.[1];
}

const MOST_SHOWN = 200;

function serverWords(code: string, message: string): string {
  const own = WORDS[code];
  if (own !== undefined) return own;
  if (ABOUT_THE_QUERY.test(code)) return `the query was refused: ${message.slice(0, MOST_SHOWN)}`;
  if (code.startsWith('22')) return `the query fails on what is in the tables (SQLSTATE ${code})`;
  if (code.startsWith('08') || code.startsWith('57'))
    return `the server ended the connection (SQLSTATE ${code})`;
  return `the server refused it (SQLSTATE ${code})`;
}
