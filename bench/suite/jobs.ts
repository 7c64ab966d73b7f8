// bench: a suite's jobs on two threads. The main thread stays free for progress and for Ctrl-C.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Progress } from '../../src/simulator/progress.ts';

const THREADS = 2;

/**
 * Runs all jobs; rejects with what a job threw, or with the signal's reason.
 *
 * @param module of a thread that answers each job with its rows
 * @returns rows in no particular order
 */
export async function runJobs<Job, Row>(
  jobs: readonly Job[],
  module: URL,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  signal.throwIfAborted();
  const rows: Row[] = [];
  const left = [...jobs];
  let done = 0;
  const work = async (worker: Worker): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      worker.postMessage(job);
      const [made] = (await once(worker, 'message', { signal })) as [readonly Row[]];
      rows.push(...made);
      onProgress({ done: ++done, of: jobs.length });
    }
  };
  const workers = Array.from({ length: Math.min(THREADS, jobs.length) }, () => new Worker(module));
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
