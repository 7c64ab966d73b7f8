// Puts seven messages into the queue `orders` and holds two of them, until Ctrl-C.

import { connect } from 'amqplib';

const channel = await (await connect('amqp://guest:guest@127.0.0.1:25672')).createConfirmChannel();
await channel.assertQueue('orders');
for (let i = 1; i <= 7; i++) channel.sendToQueue('orders', Buffer.from(`${i}`));
await channel.waitForConfirms();
await channel.prefetch(2);
let held = 0;
await channel.consume('orders', () => {
  held += 1;
  if (held === 2) console.log('seven messages are in, two of them are held');
});
