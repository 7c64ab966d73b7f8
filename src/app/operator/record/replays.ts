// app: replays for the page, each in a thread of its own: the rounds go on beside it, and it has none of their secrets.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { dump } from 'js-yaml';
import type { FlightRecorder } from '../../../recorder/recorder.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { Replays, ReplayTable } from '../../../server/page/replay-routes.ts';
import type { ReplayAnswer, ReplayTask } from './replay-thread.ts';

/** Compiled it has another ending. */
const THREAD = new URL(`./replay-thread${extname(import.meta.url)}`, import.meta.url);
/** The operator's own memory is not what a long span takes. */
const MOST_MB = 512;

export function replaysOf(recorder: Pick<FlightRecorder, 'folder' | 'flush'>): Replays {
  return {
    async run(question, signal) {
      recorder.flush();
      return await inThread({ ...question, folder: recorder.folder }, signal);
    },
    yaml: (policy) => dump(policy, { lineWidth: -1, noRefs: true }),
  };
}

async function inThread(task: ReplayTask, signal: AbortSignal): Promise<ReplayTable> {
  signal.throwIfAborted();
  const thread = new Worker(THREAD, {
    workerData: task,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MOST_MB },
  });
  try {
    return await answered(thread, signal);
  } finally {
    await thread.terminate();
  }
}

async function answered(thread: Worker, signal: AbortSignal): Promise<ReplayTable> {
  return await new Promise((resolve, reject) => {
    const end = (): void => reject(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    thread.once('exit', () => {
      signal.removeEventListener('abort', end);
      reject(new Error('the thread ended without an answer'));
    });
    thread.once('error', (error) => reject(isTooLarge(error) ? new TerminalError(TOO_LARGE) : error));
    thread.once('message', (answer: ReplayAnswer) => {
      if ('table' in answer) resolve(answer.table);
      else reject('refused' in answer ? new TerminalError(answer.refused) : new Error(answer.failed));
    });
  });
}

const TOO_LARGE = `the span takes more than ${MOST_MB} MB to replay: choose a shorter one, or use the command`;

function isTooLarge(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') ||
      messageOf(error).includes('out of memory'))
  );
}
