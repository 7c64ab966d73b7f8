// bench: what runs in threads of their own, seen from the thread that measures.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BenchMarathon, Seen } from './marathon.ts';

export type Order = 'requests' | 'close';

/** The embedded Marathon beside the operator, as it has a process of its own in life. */
export async function startBenchMarathonThread(): Promise<BenchMarathon> {
  const worker = new Worker(new URL('./marathon-worker.ts', import.meta.url));
  const ask = async (order: Order): Promise<unknown> => {
    const answered = answer(worker);
    worker.postMessage(order);
    return await answered;
  };
  return {
    url: String(await answer(worker)),
    requests: async () => (await ask('requests')) as readonly Seen[],
    close: async () => {
      await ask('close');
      await worker.terminate();
    },
  };
}

/** Rejects when the thread fails. */
async function answer(worker: Worker): Promise<unknown> {
  return (await once(worker, 'message'))[0];
}
