// metric-sources: the `rabbitmq` block: one queue, as the management API of its server tells it.

import { exactlyOneOfEach, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, positiveDuration, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { caFile, checkAddresses, httpAuth } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';
import { nameComplaint } from './path.ts';

export const RABBITMQ_SCHEMES: readonly string[] = ['http', 'https'];

const schema = object(
  'A classic or quorum queue of RabbitMQ, read from the management API.',
  {
    ...plainValue('endpoint', 'The management API: http://HOST:15672, with its path prefix if it has one.'),
    vhost: text('The virtual host of the queue.', { minLength: 1, maxLength: 255, default: '/' }),
    ...plainValue('queueName', 'The queue.', { maxLength: 255 }),
    auth: httpAuth,
    caFile,
    statisticsInterval: positiveDuration("The server's collect_statistics_interval.", '5s'),
    inFlightPerInstance: {
      ...inFlightPerInstance,
      description:
        'How many messages one busy consumer holds at a time. Without it: the prefetch of the consumers, where all connections have the same.',
    },
  },
  {
    required: ['auth'],
    oneOf: exactlyOneOfEach(['endpoint', 'endpointFrom'], ['queueName', 'queueNameFrom']),
  },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const names = ['vhost', 'queueName'].flatMap((field) => {
    const name = block[field];
    const complaint = typeof name === 'string' ? nameComplaint(name) : undefined;
    return complaint === undefined ? [] : [error(below(pointer, field), complaint)];
  });
  return [...checkAddresses(block, pointer, { fields: ['endpoint'], schemes: RABBITMQ_SCHEMES }), ...names];
}

export const rabbitmqBlock: MetricBlock = {
  type: 'rabbitmq',
  schema,
  check,
  trust: (block, pointer, rules) =>
    checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: RABBITMQ_SCHEMES, rules }),
  whyNoAge: () =>
    'metric rabbitmq knows no age: the management API tells none that leaves out the messages that are held',
};
