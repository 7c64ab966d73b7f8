// app: KEDA's `azure-servicebus` trigger.

import { defined } from '../../../../lang/defined.ts';
import { either, type Imported, none, type Trigger } from './trigger.ts';

/** Where the readme of the source keeps it, too. */
const TOKEN_FILE = '/run/service-bus/token';

export function azureServiceBus({ metadata, parameters }: Trigger): Imported {
  metadata.explain('cloud', 'is not taken over: give endpoint for a cloud of its own');
  metadata.explain('useRegex', 'is not taken over: one queue is read; give a target for each');
  metadata.explain('operation', 'is not taken over: give a formula over the targets');
  const namespace = metadata.text('namespace');
  const suffix = metadata.text('endpointSuffix') ?? 'servicebus.windows.net';
  const topicName = metadata.text('topicName');
  const subscriptionName = metadata.text('subscriptionName');
  const queue = parameters.plain('queueName');
  if (queue === undefined && (topicName === undefined || subscriptionName === undefined))
    return none('it names no queue, and no topic with a subscription');
  const connectionString = parameters.secret('connection');
  if (connectionString === undefined)
    metadata.note(
      'connection',
      `there is none, so an identity is meant: no token is asked for here; keep one for https://servicebus.azure.net in ${TOKEN_FILE}, which is read anew each time, or give a connection string by reference`,
    );
  metadata.note(
    '',
    'counting costs the entity itself: the policy reads every 5 s (spec.interval), also what else it reads',
  );
  return {
    kind: 'target',
    perInstance: metadata.number('messageCount') ?? 5,
    metric: {
      azureServiceBus: {
        ...(namespace !== undefined && { endpoint: `https://${namespace}.${suffix}` }),
        ...(namespace === undefined && connectionString === undefined && { endpoint: 'https://FILL-IN' }),
        ...(queue === undefined ? defined({ topicName, subscriptionName }) : either('queueName', queue)),
        auth: connectionString === undefined ? { token: { fromFile: TOKEN_FILE } } : { connectionString },
      },
    },
  };
}
