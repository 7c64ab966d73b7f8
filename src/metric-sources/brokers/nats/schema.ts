// metric-sources: the `nats` block: a consumer of a JetStream stream.

import { atMostOne, exactlyOne } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, secretSource, text } from '../../../api/schema/shapes.ts';
import { caFile, checkAddresses } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

/** `tls` insists on encryption; with `nats` the server decides. */
export const SCHEMES: readonly string[] = ['nats', 'tls'];

/** What every server takes as a name; it becomes one token of a subject. */
const NAME_PATTERN = '^[A-Za-z0-9_-]{1,255}$';

const schema = object(
  'A consumer of a stream of NATS JetStream.',
  {
    ...plainValue('endpoint', 'The server: nats://HOST:4222, or tls://HOST:4222 to insist on encryption.'),
    stream: text('The stream.', { pattern: NAME_PATTERN }),
    consumer: text('The consumer whose messages the instances take.', { pattern: NAME_PATTERN }),
    domain: text("The JetStream domain, if it is not the server's own.", { pattern: NAME_PATTERN }),
    oldestAge: {
      type: 'boolean',
      description:
        'Whether the oldest waiting message is got for its time, at every read and with its content.',
      default: false,
    },
    auth: object(
      'Who the operator is to this server. Exactly one of token, basic, creds.',
      {
        token: secretSource('A token.'),
        basic: object(
          'A user with a password.',
          { ...plainValue('username', 'The user.'), password: secretSource('The password.') },
          {
            required: ['password'],
            oneOf: exactlyOne('username', 'usernameFrom'),
            allOf: atMostOne(['username', 'usernameFrom']),
          },
        ),
        creds: secretSource("A credentials file's content: a user's JWT and the seed of its key."),
      },
      { oneOf: exactlyOne('token', 'basic', 'creds') },
    ),
    caFile,
    inFlightPerInstance,
  },
  { required: ['stream', 'consumer'], oneOf: exactlyOne('endpoint', 'endpointFrom') },
);

export const natsBlock: MetricBlock = {
  type: 'nats',
  schema,
  check: (block, pointer) => checkAddresses(block, pointer, { fields: ['endpoint'], schemes: SCHEMES }),
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: SCHEMES, rules }),
  whyNoAge: ({ oldestAge }) =>
    oldestAge === true ? undefined : 'metric nats knows no age without oldestAge: true',
};
