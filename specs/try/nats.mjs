// Puts seven messages into the stream `ORDERS`, of which its consumer `workers` holds two, until Ctrl-C.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const connection = await connect({ servers: '127.0.0.1:24222', waitOnFirstConnect: true });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: 'ORDERS', subjects: ['orders'] });
await manager.consumers.add('ORDERS', { durable_name: 'workers', ack_policy: 'explicit', ack_wait: 600e9 });
for (let i = 1; i <= 7; i++) await jetstream(connection).publish('orders', `${i}`);
const consumer = await jetstream(connection).consumers.get('ORDERS', 'workers');
for (let i = 1; i <= 2; i++) await consumer.next();
console.log('seven messages are in, two of them are held');
