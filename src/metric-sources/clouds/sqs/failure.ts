// metric-sources: what a failed call to SQS means, in words.

import { type AwsFailure, type AwsService, awsFailureWords } from '../../../runtime/aws/failure.ts';

const QUEUE = 'there is no such queue; check its name, account and region';

const SQS: AwsService = {
  name: 'SQS',
  denied:
    'these credentials have no right to read it; allow sqs:GetQueueAttributes, and for a queueName sqs:GetQueueUrl',
  words: { NonExistentQueue: QUEUE, QueueDoesNotExist: QUEUE },
};

export function wordsOf(failure: AwsFailure): string {
  return awsFailureWords(failure, SQS);
}
