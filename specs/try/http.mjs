// An endpoint that tells how many of seven messages wait, and that two are held, until Ctrl-C.

import { createServer } from 'node:http';

const messages = Array.from({ length: 7 }, (_, i) => ({ id: i + 1, isHeld: false }));
for (const message of messages.slice(0, 2)) message.isHeld = true;
createServer((_, response) => {
  const held = messages.filter(({ isHeld }) => isHeld).length;
  response.end(JSON.stringify({ waiting: messages.length - held, inFlight: held }));
}).listen(28080, '127.0.0.1', () => console.log('seven messages are in, two of them are held'));
