// metric-sources: the `kedaExternal` block, for every external scaler of KEDA.

import { exactlyOne, isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { keyedList, object, plainValue, secretSource, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { caFile, checkAddresses } from '../../connection/fields.ts';
import { inFlightPerInstance, readingFields } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

/** `grpcs` is over TLS. */
export const SCHEMES: readonly string[] = ['grpc', 'grpcs'];

const MOST_TEXT = 4096;

const scalerMetadata = keyedList(
  'name',
  "What the scaler is told, as a trigger's metadata tells it.",
  object(
    'One entry, with exactly one of value, valueFrom, secret.',
    {
      name: text('Its name.', { minLength: 1, maxLength: 253 }),
      ...plainValue('value', 'Its value.', { minLength: 0, maxLength: MOST_TEXT }),
      secret: secretSource('Its value, where that is a secret.'),
    },
    { required: ['name'], oneOf: exactlyOne('value', 'valueFrom', 'secret') },
  ),
  { maxItems: 64 },
);

const schema = object(
  'Metrics of an external scaler of KEDA, over its gRPC protocol (externalscaler.proto).',
  {
    ...plainValue('endpoint', 'The scaler: grpc://HOST:PORT, or grpcs://HOST:PORT over TLS.'),
    metrics: readingFields(
      'The metrics of the scaler. Default: the only one that it names counts what waits.',
      'Name of a metric that tells',
      (description) => text(description, { minLength: 1, maxLength: 253 }),
    ),
    isActive: {
      type: 'boolean',
      description:
        'Whether the scaler is asked if there is anything to do. Where there is not, nothing waits.',
      default: true,
    },
    scaledObject: object(
      'What the scaler is told that it scales.',
      {
        name: text('Its name.', { minLength: 1, maxLength: 253, default: 'microscaling' }),
        namespace: text('Its namespace.', { minLength: 1, maxLength: 253, default: 'default' }),
      },
      { default: {} },
    ),
    scalerMetadata,
    auth: object(
      'Who the operator is to this scaler, where that wants a certificate of its clients.',
      {
        certificate: secretSource('The certificate with its chain, PEM.'),
        key: secretSource('The private key to it, PEM.'),
      },
      { required: ['certificate', 'key'] },
    ),
    caFile,
    inFlightPerInstance,
  },
  { oneOf: exactlyOne('endpoint', 'endpointFrom') },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { endpoint } = block;
  const isOpen = typeof endpoint === 'string' && endpoint.trim().toLowerCase().startsWith('grpc:');
  const unused = (isOpen ? ['auth', 'caFile'] : []).filter((field) => Object.hasOwn(block, field));
  return [
    ...checkAddresses(block, pointer, { fields: ['endpoint'], schemes: SCHEMES }),
    ...unused.map((field) => error(below(pointer, field), 'needs TLS: write the endpoint with grpcs://')),
  ];
}

export const kedaExternalBlock: MetricBlock = {
  type: 'kedaExternal',
  schema,
  check,
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: SCHEMES, rules }),
  whyNoAge: ({ metrics }) =>
    isObject(metrics) && metrics['oldestAgeSeconds'] !== undefined
      ? undefined
      : 'metric kedaExternal knows no age without metrics.oldestAgeSeconds',
};
