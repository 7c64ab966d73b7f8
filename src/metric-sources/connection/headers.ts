// metric-sources: request headers of a block, for servers that want more than `auth`.

import type { ValueSource } from '../../api/policy.ts';
import { isObject, type JsonObject, type JsonSchema } from '../../api/schema/json-schema.ts';
import { keyedList, object, secretSource, text } from '../../api/schema/shapes.ts';
import { error, type Finding } from '../../api/validation/finding.ts';
import { below } from '../../api/validation/pointer.ts';
import type { BlockValues } from './values.ts';

export type RequestHeaders = readonly { readonly name: string; readonly from: ValueSource }[];

/** `headers` of a block. */
export const requestHeaders: JsonSchema = keyedList(
  'name',
  'Request headers whose values are secrets.',
  object(
    'One header.',
    {
      name: text('Its name.', { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$" }),
      from: secretSource('Its value.'),
    },
    { required: ['name', 'from'] },
  ),
  { maxItems: 16 },
);

/** Set by the client itself, or by `auth`. */
const OWN: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
]);

export function checkHeaders({ headers }: JsonObject, pointer: string): readonly Finding[] {
  if (!Array.isArray(headers)) return [];
  return headers.flatMap((header: unknown, i) => {
    const name = isObject(header) ? header['name'] : undefined;
    if (typeof name !== 'string' || !OWN.has(name.toLowerCase())) return [];
    const instead = name.toLowerCase() === 'authorization' ? ': give auth' : '';
    return [error(below(pointer, 'headers', i, 'name'), `${name} is not set here${instead}`)];
  });
}

/** @throws TerminalError for a value that cannot be had */
export function resolveHeaders(
  headers: RequestHeaders | undefined,
  values: BlockValues,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (headers ?? []).map(({ name, from }) => [name, values.secret(`headers.${name}`, from)]),
  );
}
