// metric-sources: the `http` block: any JSON answer, and where in it the fields of a reading are.

import { exactlyOne, isObject, type JsonObject } from '../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../api/schema/metric-block.ts';
import { keyedList, object, plainValue, secretSource, text } from '../../api/schema/shapes.ts';
import { error, type Finding } from '../../api/validation/finding.ts';
import { below } from '../../api/validation/pointer.ts';
import { caFile, httpAuth } from '../connection/fields.ts';
import { inFlightPerInstance, readingFields } from '../connection/reading-fields.ts';
import { judgeAddress } from '../connection/trust.ts';
import { JSON_POINTER_PATTERN } from './pointer.ts';
import { HTTP_SCHEMES, parseUrl } from './url.ts';

const schema = object(
  'Numbers in a JSON answer of any HTTP endpoint, found by JSON pointers (RFC 6901).',
  {
    ...plainValue('url', 'Where the answer is got, without credentials.'),
    pointers: readingFields('Where in the answer the numbers are.', 'JSON pointer to', (description) =>
      text(description, { pattern: JSON_POINTER_PATTERN, maxLength: 1024 }),
    ),
    inFlightPerInstance,
    headers: keyedList(
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
    ),
    auth: httpAuth,
    caFile,
  },
  { required: ['pointers'], oneOf: exactlyOne('url', 'urlFrom') },
);

/** Set by the client itself, or by `auth`. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
]);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { url, headers } = block;
  const complaint = typeof url === 'string' ? parseUrl(url).wrong : undefined;
  const names = Array.isArray(headers) ? headers.map((header: unknown) => nameOf(header)) : [];
  return [
    ...(complaint === undefined ? [] : [error(below(pointer, 'url'), complaint)]),
    ...names.flatMap((name, i) =>
      name !== undefined && OWN_HEADERS.has(name.toLowerCase())
        ? [
            error(
              below(pointer, 'headers', i, 'name'),
              `${name} is not set here${name.toLowerCase() === 'authorization' ? ': give auth' : ''}`,
            ),
          ]
        : [],
    ),
  ];
}

function nameOf(header: unknown): string | undefined {
  const name = typeof header === 'object' && header !== null && 'name' in header ? header.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

export const httpBlock: MetricBlock = {
  type: 'http',
  schema,
  check,
  trust: (block, pointer, rules) =>
    judgeAddress(block, pointer, { field: 'url', schemes: HTTP_SCHEMES, rules }),
  whyNoAge: ({ pointers }) =>
    isObject(pointers) && pointers['oldestAgeSeconds'] === undefined
      ? 'metric http knows no age without pointers.oldestAgeSeconds'
      : undefined,
};
