// Something for a Prometheus to scrape: of seven messages five are ready and two are held, until Ctrl-C.

import { createServer } from 'node:http';

createServer((_, response) => response.end('orders_ready 5\norders_held 2\n')).listen(
  29091,
  '127.0.0.1',
  () => console.log('seven messages are in, two of them are held'),
);
