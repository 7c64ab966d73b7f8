// app: the tutorial's programs and their queue, for the command line and the demo.

import type { ProgramEnv } from '../../programs/program.ts';
import { openWorkQueue } from '../../programs/queue.ts';
import { queueSettings } from '../../programs/settings.ts';

export { PROGRAM_NAMES, runProgram } from '../../programs/main.ts';

/** Makes sure that the queue which the tutorial's variables name is there. */
export async function createQueue(env: ProgramEnv, signal: AbortSignal): Promise<void> {
  const queue = await openWorkQueue(queueSettings(env));
  try {
    await queue.create(signal);
  } finally {
    queue.close();
  }
}
