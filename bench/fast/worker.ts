// bench: a thread that runs cells of the fast suite, one at a time, as they are handed to it.

import { parentPort } from 'node:worker_threads';
import { type CellJob, runCell } from './run-cell.ts';

parentPort?.on('message', (job: CellJob) => {
  parentPort?.postMessage(runCell(job));
});
