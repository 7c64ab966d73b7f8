// metric-sources: the `kafka` block: what a consumer group has left to do in a topic.

import { atMostOne, exactlyOne, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { choice, list, object, plainValue, secretSource, text } from '../../../api/schema/shapes.ts';
import { refused, type TrustRules } from '../../../api/trust/rules.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below, showPath } from '../../../api/validation/pointer.ts';
import { parseAddress } from '../../connection/address.ts';
import { caFile, checkAddresses } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';
import { MECHANISMS } from './sasl.ts';

/** `kafkas` is encrypted, what Kafka calls SSL. */
export const SCHEMES: readonly string[] = ['kafka', 'kafkas'];

const schema = object(
  'What a consumer group of Apache Kafka has left to do in a topic.',
  {
    ...plainValue('endpoint', 'A broker: kafka://HOST:9092, or kafkas://HOST:9093 with TLS.'),
    brokers: list(
      'The other brokers, as they advertise themselves: asked when the first is not there, and none but these are gone to. Default: whichever the cluster names.',
      text('A broker: kafka://HOST:9092.', { minLength: 1, maxLength: 300 }),
      { maxItems: 100 },
    ),
    topic: text('The topic.', { pattern: '^[A-Za-z0-9._-]{1,249}$' }),
    group: text('The consumer group of the instances.', { minLength: 1, maxLength: 255 }),
    autoOffsetReset: choice(
      'Where consumers begin in a partition for which the group has committed nothing, as their auto.offset.reset says. Default: then what waits is not known.',
      ['Earliest', 'Latest'],
    ),
    auth: object(
      'Who the operator is to the brokers.',
      {
        mechanism: choice('How the password is shown.', MECHANISMS, 'SCRAM-SHA-512'),
        ...plainValue('username', 'The user.'),
        password: secretSource('The password.'),
      },
      {
        required: ['password'],
        oneOf: exactlyOne('username', 'usernameFrom'),
        allOf: atMostOne(['username', 'usernameFrom']),
      },
    ),
    caFile,
    inFlightPerInstance,
  },
  { required: ['topic', 'group'], oneOf: exactlyOne('endpoint', 'endpointFrom') },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  return [
    ...checkAddresses(block, pointer, { fields: ['endpoint'], schemes: SCHEMES }),
    ...brokersIn(block).flatMap((broker, i) => {
      const address = parseAddress(broker, SCHEMES);
      return 'wrong' in address ? [error(below(below(pointer, 'brokers'), String(i)), address.wrong)] : [];
    }),
  ];
}

/** A cluster names brokers of its own: from a home that is not trusted only those are gone to that can be seen. */
function trust(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  const place = below(pointer, 'brokers');
  const unseen = `${showPath(pointer)}: name the other brokers of the cluster in brokers ([] for none), so that the operator can check where it leads`;
  return [
    ...checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: SCHEMES, rules }),
    ...(Object.hasOwn(block, 'brokers') ? [] : [error(pointer, unseen)]),
    ...brokersIn(block).flatMap((broker, i) => {
      const address = parseAddress(broker, SCHEMES);
      // What is wrong with it is said by its own check.
      if ('wrong' in address || rules.endpoints.includes(address.origin)) return [];
      const { origin } = address;
      return [
        refused(
          below(place, String(i)),
          `may not name the endpoint ${origin}`,
          `--allow-endpoint '${origin}'`,
        ),
      ];
    }),
  ];
}

function brokersIn({ brokers }: JsonObject): readonly string[] {
  return Array.isArray(brokers) ? brokers.filter((each): each is string => typeof each === 'string') : [];
}

export const kafkaBlock: MetricBlock = {
  type: 'kafka',
  schema,
  check,
  trust,
  whyNoAge: () => 'metric kafka knows no age: offsets have none',
};
