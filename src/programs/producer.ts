// programs: the producer puts messages into the queue at a rate that drifts. Creates the queue when it is missing.

import { demandAt } from './demand.ts';
import { Pace } from './pace.ts';
import type { Program, ProgramContext } from './program.ts';
import { openWorkQueue, QueueMissingError, type WorkQueue } from './queue.ts';
import { numberSetting, queueSettings } from './settings.ts';
import { StorageRetry } from './storage-retry.ts';
import { Tally } from './tally.ts';

const TICK_MS = 50;

export const run: Program = async (context, signal) => {
  const { env, clock, print } = context;
  const settings = queueSettings(env);
  const demand = {
    messagesPerSecond: numberSetting(env, {
      name: 'PRODUCER_MESSAGES_PER_SECOND',
      default: 5,
      min: 0,
      max: 1000,
    }),
    variation: numberSetting(env, { name: 'PRODUCER_VARIATION', default: 0.5, min: 0, max: 1 }),
    seed: numberSetting(env, {
      name: 'PRODUCER_SEED',
      default: 1,
      min: 0,
      max: 2 ** 31 - 1,
      integer: true,
    }),
  };
  const queue = await openWorkQueue(settings);
  const tally = new Tally(context, { counter: 'produced', noun: 'messages produced' });
  const storage = new StorageRetry(context, signal);
  print(`producing about ${demand.messagesPerSecond} messages/s into queue ${queue.name}`);
  try {
    await storage.untilDone((s) => queue.create(s));
    const pace = new Pace((elapsedMs) => demandAt(elapsedMs, demand), clock.monotonic());
    while (!signal.aborted) {
      await produce({ queue, storage, tally, messages: textsOf(context, pace.take(clock.monotonic())) });
      tally.report();
      await clock.sleep(TICK_MS, signal);
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
  } finally {
    await tally.close();
    queue.close();
  }
};

interface Batch {
  readonly queue: WorkQueue;
  readonly storage: StorageRetry;
  readonly tally: Tally;
  readonly messages: readonly string[];
}

/** Sends all messages; each counts when the storage has confirmed it. */
async function produce({ queue, storage, tally, messages }: Batch): Promise<void> {
  const sent = await Promise.allSettled(
    messages.map(async (text) => {
      await storage.untilDone((signal) => sendOrCreate(queue, text, signal));
      tally.add(1);
    }),
  );
  for (const result of sent) if (result.status === 'rejected') throw result.reason;
}

async function sendOrCreate(queue: WorkQueue, text: string, signal: AbortSignal): Promise<void> {
  try {
    await queue.send(text, signal);
  } catch (error) {
    if (!(error instanceof QueueMissingError)) throw error;
    await queue.create(signal);
    await queue.send(text, signal);
  }
}

function textsOf({ env, clock }: ProgramContext, count: number): string[] {
  const from = env['MESOS_TASK_ID'] || 'producer';
  const at = new Date(clock.now()).toISOString();
  return Array.from({ length: count }, () => `${from} ${at}`);
}
