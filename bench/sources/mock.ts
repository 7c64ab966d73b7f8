// bench: servers that answer at once, in a process of their own: HTTP in the shape of RabbitMQ's management API, and Redis.
// Written on sockets, so that on few cores the one who reads is measured, not the one who answers.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

const QUEUE = JSON.stringify({
  name: 'orders',
  vhost: '/',
  type: 'classic',
  state: 'running',
  messages_ready: 5,
  messages_unacknowledged: 2,
  reductions: 1_000,
  message_stats: { publish: 900, ack: 893 },
  consumer_details: [],
});
const ANSWER = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(QUEUE)}`,
    'connection: keep-alive',
    '',
    QUEUE,
  ].join('\r\n'),
);

/** Every question is without a body, and is answered whatever it asks. */
const http = serverThat('\r\n\r\n', ANSWER);
/** Every command is answered with a count. */
const redis = serverThat('*', Buffer.from(':5\r\n'));

/** Answers each time that it has read the mark; one of several bytes is not split, since a question is one packet. */
function serverThat(mark: string, answer: Buffer): Server {
  return createServer({ noDelay: true }, (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece: Buffer) => {
      for (let at = piece.indexOf(mark); at >= 0; at = piece.indexOf(mark, at + mark.length))
        socket.write(answer);
    });
  });
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 8_192, resolve));
  return (server.address() as AddressInfo).port;
}

process.once('disconnect', () => process.exit(0));
process.send?.({ http: await portOf(http), redis: await portOf(redis) });
