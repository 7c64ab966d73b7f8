// app: for the benchmark: the thread in which `startBenchMarathonThread` runs the embedded Marathon.

import { parentPort } from 'node:worker_threads';
import { startBenchMarathon } from './bench-marathon.ts';
import type { Order } from './bench-threads.ts';

const marathon = await startBenchMarathon();
parentPort?.on('message', (order: Order) => {
  void (order === 'requests' ? marathon.requests() : marathon.close()).then((result) =>
    parentPort?.postMessage(result ?? 'closed'),
  );
});
parentPort?.postMessage(marathon.url);
