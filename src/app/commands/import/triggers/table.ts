// app: KEDA's triggers by their type. What KEDA compares is an average of each replica: `perInstance`.

import { awsSqsQueue } from './aws-sqs-queue.ts';
import { azureQueue } from './azure-queue.ts';
import { azureServiceBus } from './azure-servicebus.ts';
import { cron } from './cron.ts';
import { external } from './external.ts';
import { kafka } from './kafka.ts';
import { metricsApi } from './metrics-api.ts';
import { natsJetstream } from './nats-jetstream.ts';
import { nsq } from './nsq.ts';
import { postgresql } from './postgresql.ts';
import { prometheus } from './prometheus.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redisList, redisStreams } from './redis.ts';
import { type Imported, none, type Trigger } from './trigger.ts';

const noRoom = (): Imported =>
  none('no source reads the use of processors or memory: give a target of messages');

export const TRIGGERS: Readonly<Record<string, (trigger: Trigger) => Imported>> = {
  'apache-kafka': kafka,
  'aws-sqs-queue': awsSqsQueue,
  'azure-queue': azureQueue,
  'azure-servicebus': azureServiceBus,
  cpu: noRoom,
  cron,
  external,
  'external-push': external,
  kafka,
  memory: noRoom,
  'metrics-api': metricsApi,
  'nats-jetstream': natsJetstream,
  nsq,
  postgresql,
  prometheus,
  rabbitmq,
  redis: redisList,
  'redis-streams': redisStreams,
};
