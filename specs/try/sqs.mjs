// Puts seven messages into the queue `orders` and takes two of them for ten minutes.

import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

const sqs = new SQSClient({
  endpoint: 'http://127.0.0.1:25000',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
for (let i = 1; i <= 7; i++) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `${i}` }));
await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 2, VisibilityTimeout: 600 }));
console.log('seven messages are in, two of them are held');
