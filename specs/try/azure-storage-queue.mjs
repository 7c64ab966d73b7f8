// Puts seven messages into the queue `orders` of an Azurite, and takes two of them for ten minutes.

import { QueueServiceClient } from '@azure/storage-queue';

const service = QueueServiceClient.fromConnectionString('UseDevelopmentStorage=true');
const queue = service.getQueueClient('orders');
await queue.create();
for (let i = 1; i <= 7; i++) await queue.sendMessage(`${i}`);
await queue.receiveMessages({ numberOfMessages: 2, visibilityTimeout: 600 });
console.log('seven messages are in, two of them are held');
