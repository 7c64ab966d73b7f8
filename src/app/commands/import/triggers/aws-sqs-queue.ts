// app: KEDA's `aws-sqs-queue` trigger.

import { defined } from '../../../../lang/defined.ts';
import { either, type Imported, type Trigger } from './trigger.ts';

export function awsSqsQueue({ metadata, parameters }: Trigger): Imported {
  metadata.explain('scaleOnInFlight', 'is not taken over: messages in flight are told apart');
  metadata.explain('scaleOnDelayed', 'is not taken over: a message does not wait before its delay is over');
  metadata.explain(
    'identityOwner',
    "is not taken over: without auth the operator's own credentials of AWS are used",
  );
  metadata.explain('awsRoleArn', "is not taken over: give the operator's own credentials that role");
  const accessKeyId = parameters.secret('awsAccessKeyID');
  const secretAccessKey = parameters.secret('awsSecretAccessKey');
  const sessionToken = parameters.secret('awsSessionToken');
  const queue = parameters.plain('queueURL');
  const region = metadata.text('awsRegion');
  const isName = queue?.value !== undefined && !queue.value.includes('://');
  return {
    kind: 'target',
    perInstance: metadata.number('queueLength') ?? 5,
    metric: {
      sqs: {
        ...either(isName ? 'queueName' : 'queueUrl', queue),
        ...defined({ region }),
        ...either('endpoint', parameters.plain('awsEndpoint')),
        ...(accessKeyId !== undefined &&
          secretAccessKey !== undefined && {
            auth: { accessKeyId, secretAccessKey, ...defined({ sessionToken }) },
          }),
      },
    },
  };
}
