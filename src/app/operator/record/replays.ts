// app: replays for the page, each in a thread of its own: the rounds go on beside it, and it has none of their secrets.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { dump } from 'js-yaml';
import type { ReplayTable } from '../../../api/words/replay-table.ts';
import type { FlightRecorder } from '../../../recorder/recorder.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { ReplayQuestion, Replays } from '../../../server/page/replay/replay-routes.ts';
import { STEP_MS } from '../../../simulator/load/curve.ts';
import type { ReplayAnswer, ReplayTask } from './replay-thread.ts';
import { heapMb, isTooLarge, MB, roomMb } from './thread-memory.ts';

/** Compiled it has another ending. */
const THREAD = new URL(`./replay-thread${extname(import.meta.url)}`, import.meta.url);
/** Of each app: what was recorded and what is tried, as series of forty bytes each, and four numbers that chance is drawn into. */
const BYTES_A_STEP = 2 * 40 + 4 * 8;

/** @throws TerminalError where the series of the span would take more than `mostMb`: no limit of a thread counts them */
export function refuseTooLong(
  { fromMs, toMs, apps }: Pick<ReplayQuestion, 'fromMs' | 'toMs' | 'apps'>,
  mostMb: number,
): void {
  const longestMs = ((mostMb * MB) / (BYTES_A_STEP * Math.max(1, apps))) * STEP_MS;
  if (toMs - fromMs <= longestMs) return;
  const minutes = Math.max(1, Math.floor(longestMs / 60_000));
  throw new TerminalError(
    `the span takes more memory than the operator has left: choose one of at most ${minutes} min, or use microscaling replay`,
  );
}

export function replaysOf(recorder: Pick<FlightRecorder, 'folder' | 'flush'>): Replays {
  return {
    async run(question, signal) {
      const mostMb = roomMb();
      refuseTooLong(question, mostMb / 2);
      recorder.flush();
      return await inThread({ ...question, folder: recorder.folder }, heapMb(mostMb), signal);
    },
    yaml: (policy) => dump(policy, { lineWidth: -1, noRefs: true }),
  };
}

async function inThread(task: ReplayTask, mostHeapMb: number, signal: AbortSignal): Promise<ReplayTable> {
  signal.throwIfAborted();
  const thread = new Worker(THREAD, {
    workerData: task,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
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

const TOO_LARGE =
  'the span takes more memory than the operator has left: choose a shorter one, or use microscaling replay';
