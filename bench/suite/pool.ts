// bench: the bench on two threads. The main thread stays free for progress and for Ctrl-C.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Progress } from '../../src/simulator/progress.ts';
import type { BenchJob, BenchRow } from './suite.ts';

const THREADS = 2;

function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url));
}

/**
 * Runs all jobs; rejects with what a job threw, or with the signal's reason.
 *
 * @returns rows in no particular order
 */
export async function runJobs(
  jobs: readonly BenchJob[],
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<readonly BenchRow[]> {
  signal.throwIfAborted();
  const rows: BenchRow[] = [];
  const left = [...jobs];
  let done = 0;
  const work = async (worker: Worker): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      worker.postMessage(job);
      const [made] = (await once(worker, 'message', { signal })) as [readonly BenchRow[]];
      rows.push(...made);
      onProgress({ done: ++done, of: jobs.length });
    }
  };
  const workers = Array.from({ length: Math.min(THREADS, jobs.length) }, startWorker);
  try {
    await Promise.all(workers.map(work));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return rows;
}
