// metric-sources: the `http` block: any JSON answer, and where in it the fields of a reading are.

import { exactlyOne, isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { caFile, httpAuth } from '../../connection/fields.ts';
import { checkHeaders, requestHeaders } from '../../connection/headers.ts';
import { inFlightPerInstance, readingFields } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';
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
    headers: requestHeaders,
    auth: httpAuth,
    caFile,
  },
  { required: ['pointers'], oneOf: exactlyOne('url', 'urlFrom') },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { url } = block;
  const complaint = typeof url === 'string' ? parseUrl(url).wrong : undefined;
  return [
    ...(complaint === undefined ? [] : [error(below(pointer, 'url'), complaint)]),
    ...checkHeaders(block, pointer),
  ];
}

export const httpBlock: MetricBlock = {
  type: 'http',
  schema,
  check,
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'url', schemes: HTTP_SCHEMES, rules }),
  whyNoAge: ({ pointers }) =>
    isObject(pointers) && pointers['oldestAgeSeconds'] === undefined
      ? 'metric http knows no age without pointers.oldestAgeSeconds'
      : undefined,
};
