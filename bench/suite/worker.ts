// bench: a thread that runs jobs of the bench, one at a time, as they are handed to it.

import { parentPort } from 'node:worker_threads';
import { type BenchJob, runJob } from './suite.ts';

parentPort?.on('message', (job: BenchJob) => {
  parentPort?.postMessage(runJob(job));
});
