// app: KEDA's `azure-queue` trigger.

import { either, type Imported, type Trigger } from './trigger.ts';

export function azureQueue({ metadata, parameters }: Trigger): Imported {
  metadata.explain('cloud', 'is not taken over: give endpoint for a cloud of its own');
  metadata.explain('endpointSuffix', 'is not taken over: give endpoint, with the account in it');
  metadata.explain(
    'queueLengthStrategy',
    'is not taken over: visible messages and those in flight are told apart',
  );
  const connectionString = parameters.secret('connection');
  return {
    kind: 'target',
    perInstance: metadata.number('queueLength') ?? 5,
    metric: {
      azureStorageQueue: {
        ...either('queueName', parameters.plain('queueName')),
        ...(connectionString === undefined
          ? either('accountName', parameters.plain('accountName'))
          : { connectionString }),
      },
    },
  };
}
