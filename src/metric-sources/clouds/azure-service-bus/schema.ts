// metric-sources: the `azureServiceBus` block: a queue of Azure Service Bus, or a subscription of a topic.

import { atMostOne, exactlyOne, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, secretSource, sourceOf, text } from '../../../api/schema/shapes.ts';
import type { TrustRules } from '../../../api/trust/rules.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below, showPath } from '../../../api/validation/pointer.ts';
import { caFile, checkAddresses } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

export const SERVICE_BUS_SCHEMES: readonly string[] = ['https', 'http'];
const MOST_NAME = 260;

const schema = object(
  'A queue of Azure Service Bus, or a subscription of a topic, read from its management API.',
  {
    ...plainValue(
      'endpoint',
      'The namespace: https://NAMESPACE.servicebus.windows.net. Default: that of the connection string.',
    ),
    ...plainValue('queueName', 'The queue.', { maxLength: MOST_NAME }),
    topicName: text('The topic, with subscriptionName.', { minLength: 1, maxLength: MOST_NAME }),
    subscriptionName: text('The subscription of the topic.', { minLength: 1, maxLength: 50 }),
    auth: object(
      'Who the operator is. Exactly one of connectionString, sharedAccessKey, token.',
      {
        connectionString: secretSource('A connection string, of the namespace or of the entity.'),
        sharedAccessKey: object(
          'A key of a shared access policy.',
          {
            name: text('The name of the policy.', { minLength: 1, maxLength: 256 }),
            key: secretSource('Its key.'),
          },
          { required: ['name', 'key'] },
        ),
        token: secretSource('A bearer token of Microsoft Entra ID, which somebody renews.'),
      },
      { oneOf: exactlyOne('connectionString', 'sharedAccessKey', 'token') },
    ),
    caFile,
    inFlightPerInstance,
  },
  {
    required: ['auth'],
    oneOf: exactlyOne('queueName', 'queueNameFrom', 'topicName'),
    allOf: atMostOne(['endpoint', 'endpointFrom']),
  },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { auth, topicName, subscriptionName } = block;
  const missing = (field: string, message: string): Finding => error(below(pointer, field), message);
  const isHere =
    has(block, 'endpoint') || (auth instanceof Object && Object.hasOwn(auth, 'connectionString'));
  return [
    ...checkAddresses(block, pointer, { fields: ['endpoint'], schemes: SERVICE_BUS_SCHEMES }),
    ...(isHere ? [] : [missing('endpoint', 'is missing: only a connection string tells the namespace')]),
    ...((topicName === undefined) === (subscriptionName === undefined)
      ? []
      : [missing('subscriptionName', 'and topicName go together: messages wait in a subscription')]),
  ];
}

/** What a connection string leads to cannot be seen: then the endpoint must be written beside it, and it wins. */
function trust(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  if (has(block, 'endpoint'))
    return checkEndpointTrust(block, pointer, { field: 'endpoint', schemes: SERVICE_BUS_SCHEMES, rules });
  const message = `${showPath(pointer)}: give endpoint, too, so that the operator can check where the connection string leads`;
  return [error(pointer, message)];
}

function has(block: JsonObject, field: string): boolean {
  return Object.hasOwn(block, field) || Object.hasOwn(block, sourceOf(field));
}

export const azureServiceBusBlock: MetricBlock = {
  type: 'azureServiceBus',
  schema,
  check,
  trust,
  whyNoAge: () => 'metric azureServiceBus knows no age: its management API tells none',
};
