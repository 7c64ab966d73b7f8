// Works on the messages of a queue of RabbitMQ, one at a time, SECONDS_PER_ITEM each. Told to end, it finishes the one it holds.

import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';

const { RABBITMQ_URL = 'amqp://127.0.0.1', SECONDS_PER_ITEM = '1' } = env;
const [queue = 'mails'] = process.argv.slice(2);

const connection = await connect(RABBITMQ_URL);
const channel = await connection.createChannel();
await channel.assertQueue(queue, { durable: true });
await channel.prefetch(1);

let work = Promise.resolve();
const { consumerTag } = await channel.consume(queue, (message) => {
  if (message === null) return;
  work = sleep(1000 * Number(SECONDS_PER_ITEM)).then(() => channel.ack(message));
});

process.once('SIGTERM', async () => {
  await channel.cancel(consumerTag);
  await work;
  await channel.close();
  await connection.close();
});
