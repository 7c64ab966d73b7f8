// metric-sources: the `prometheus` block: a query for each field of a reading.

import { exactlyOne, isObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, text } from '../../../api/schema/shapes.ts';
import { caFile, checkAddresses, httpAuth } from '../../connection/fields.ts';
import { checkHeaders, requestHeaders } from '../../connection/headers.ts';
import { inFlightPerInstance, readingFields } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

export const SCHEMES: readonly string[] = ['http', 'https'];

const schema = object(
  'Answers of queries to Prometheus, or to anything that has its HTTP API.',
  {
    ...plainValue('endpoint', 'The server, with a path where its API has one before /api/v1.'),
    queries: readingFields('PromQL whose answer is one number.', 'The query for', (description) =>
      text(description, { minLength: 1, maxLength: 4096 }),
    ),
    inFlightPerInstance,
    headers: requestHeaders,
    auth: httpAuth,
    caFile,
  },
  { required: ['queries'], oneOf: exactlyOne('endpoint', 'endpointFrom') },
);

export const prometheusBlock: MetricBlock = {
  type: 'prometheus',
  schema,
  check: (block, pointer) => [
    ...checkAddresses(block, pointer, { fields: ['endpoint'], schemes: SCHEMES }),
    ...checkHeaders(block, pointer),
  ],
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: SCHEMES, rules }),
  whyNoAge: ({ queries }) =>
    isObject(queries) && queries['oldestAgeSeconds'] === undefined
      ? 'metric prometheus knows no age without queries.oldestAgeSeconds'
      : undefined,
};
