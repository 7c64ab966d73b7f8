// metric-sources: the `postgresql` block: one row of a query, whose columns are the fields of a reading.

import { atMostOne, exactlyOne, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { choice, object, plainValue, secretSource, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { parseAddress } from '../../connection/address.ts';
import { caFile } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

export const SCHEMES: readonly string[] = ['postgresql', 'postgres'];

const schema = object(
  'One row of a query to PostgreSQL, or to anything that speaks its protocol.',
  {
    ...plainValue('endpoint', 'Server and database: postgresql://HOST:5432/DATABASE, without credentials.'),
    query: text(
      'SQL whose one row has the fields of a reading as its columns: waiting or total, in_flight, arrived_total, completed_total, oldest_age_seconds, as_of. Letter case and underscores of their names do not matter.',
      { minLength: 1, maxLength: 8192 },
    ),
    auth: object(
      'Who the operator is to this server.',
      { ...plainValue('username', 'The role.'), password: secretSource('Its password.') },
      {
        oneOf: exactlyOne('username', 'usernameFrom'),
        allOf: atMostOne(['username', 'usernameFrom']),
      },
    ),
    tls: choice(
      'As in sslmode: Disable, Require (encrypted, to whoever answers), VerifyCA, VerifyFull (the certificate is for this host). VerifyFull by default, but Disable to this machine.',
      ['Disable', 'Require', 'VerifyCA', 'VerifyFull'],
    ),
    caFile,
    inFlightPerInstance,
  },
  { required: ['query', 'auth'], oneOf: exactlyOne('endpoint', 'endpointFrom') },
);

/** The database that an address names, or what is wrong with its path, as the end of a sentence. */
export function databaseOf(path: string): { readonly database: string } | { readonly wrong: string } {
  const segment = /^\/([^/]+)$/.exec(path)?.[1];
  if (segment === undefined)
    return { wrong: 'names no database; write it like postgresql://HOST:5432/DATABASE' };
  try {
    return { database: decodeURIComponent(segment) };
  } catch {
    return { wrong: 'has a database whose name is not encoded as in a URL' };
  }
}

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { endpoint, tls, caFile: ca } = block;
  const found: Finding[] = [];
  if (typeof endpoint === 'string') {
    const address = parseAddress(endpoint.trim(), SCHEMES);
    const checked = 'wrong' in address ? address : databaseOf(address.path);
    if ('wrong' in checked) found.push(error(below(pointer, 'endpoint'), checked.wrong));
  }
  if (ca !== undefined && (tls === 'Disable' || tls === 'Require'))
    found.push(error(below(pointer, 'caFile'), `is not looked at with tls: ${tls}; write VerifyFull`));
  return found;
}

/** A query that names no such column may still get it from a view. */
function mayTellAge(query: string): boolean {
  return /oldest_?age_?seconds/i.test(query) || /\*\s*from\b/i.test(query);
}

export const postgresqlBlock: MetricBlock = {
  type: 'postgresql',
  schema,
  check,
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: SCHEMES, rules }),
  whyNoAge: ({ query }) =>
    typeof query === 'string' && !mayTellAge(query)
      ? 'metric postgresql knows no age without a column oldest_age_seconds'
      : undefined,
};
