// metric-sources: the `redis` block: a list, a stream's group, or a queue that a library keeps in Redis.

import {
  atMostOne,
  exactlyOne,
  exactlyOneOfEach,
  type JsonObject,
  type JsonSchema,
} from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, secretSource, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { parseAddress } from '../../connection/address.ts';
import { caFile, checkAddresses } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

export const REDIS_SCHEMES: readonly string[] = ['redis', 'rediss'];
/** What the queue may be; each is a field of the block. */
const STRUCTURES = ['list', 'stream', 'bullmq', 'celery'] as const;

const NAME = { maxLength: 1024 } as const;

function key(description: string, more: Partial<JsonSchema> = {}): JsonSchema {
  return text(description, { minLength: 1, ...NAME, ...more });
}

/** `name` or `queue`, and where it comes from. */
function named(field: string, description: string): Partial<JsonSchema> & Pick<JsonSchema, 'properties'> {
  return {
    properties: plainValue(field, description, NAME),
    oneOf: exactlyOne(field, `${field}From`),
    allOf: atMostOne([field, `${field}From`]),
  };
}

function structure(
  description: string,
  { properties = {}, ...rules }: Partial<JsonSchema>,
  more: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return object(
    description,
    { ...properties, ...more },
    { ...rules, ...(required.length > 0 && { required }) },
  );
}

const schema = object(
  'A queue in Redis, or in anything that speaks its protocol. Exactly one of list, stream, bullmq, celery.',
  {
    ...plainValue('endpoint', 'The server: redis://HOST:6379, or rediss:// for TLS.'),
    database: {
      type: 'integer',
      description: 'The number of the database.',
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
    },
    auth: object(
      'Who the operator is to this server.',
      {
        ...plainValue('username', 'The user; the default one without it.'),
        password: secretSource('The password.'),
      },
      { required: ['password'], allOf: atMostOne(['username', 'usernameFrom']) },
    ),
    caFile,
    inFlightPerInstance,
    list: structure('A list that workers pop from.', named('name', 'The key of the list.'), {
      processingList: key('The key of the list that workers move to what they work on (LMOVE, RPOPLPUSH).'),
      markerKey: key(
        'A key that is there while this database serves this queue: without it the queue is unknown. Redis itself makes no difference between an empty list and none.',
      ),
    }),
    stream: structure(
      'The entries of a stream that a consumer group has not read.',
      named('name', 'The key of the stream.'),
      { group: key('The consumer group.') },
      ['group'],
    ),
    bullmq: structure('A queue of BullMQ.', named('queue', 'Its name.'), {
      prefix: key("BullMQ's own option of this name.", { default: 'bull' }),
    }),
    celery: structure('A queue of Celery.', named('queue', 'Its name; celery where no other is set.'), {
      exchange: key("The exchange that the queue is bound to. Default: the queue's name, as Celery does it."),
      unackedKey: key("The transport option unacked_key of the queue's workers.", { default: 'unacked' }),
      prefix: text('The transport option global_keyprefix.', { ...NAME, default: '' }),
    }),
  },
  {
    oneOf: exactlyOneOfEach(['endpoint', 'endpointFrom'], STRUCTURES),
  },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { endpoint } = block;
  const wrong = checkAddresses(block, pointer, { fields: ['endpoint'], schemes: REDIS_SCHEMES });
  if (wrong.length > 0 || typeof endpoint !== 'string') return wrong;
  const address = parseAddress(endpoint.trim(), REDIS_SCHEMES);
  const hasPath = !('wrong' in address) && address.path !== '';
  return hasPath ? [error(below(pointer, 'endpoint'), PATH_COMPLAINT)] : [];
}

export const PATH_COMPLAINT = 'has a path: give the number of the database as database';

export const redisBlock: MetricBlock = {
  type: 'redis',
  schema,
  check,
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: REDIS_SCHEMES, rules }),
  whyNoAge: ({ stream }) =>
    stream === undefined ? 'metric redis knows the ages of a stream only' : undefined,
};
