// bench: the thread in which `startBenchMarathonThread` runs the embedded Marathon.

import { parentPort } from 'node:worker_threads';
import { startBenchMarathon } from './marathon.ts';
import type { Order } from './threads.ts';

const marathon = await startBenchMarathon();
parentPort?.on('message', (order: Order) => {
  void (order === 'requests' ? marathon.requests() : marathon.close()).then((result) =>
    parentPort?.postMessage(result ?? 'closed'),
  );
});
parentPort?.postMessage(marathon.url);
