// programs: the consumer takes one message at a time, works on it, deletes it. Stopped, it finishes what takes a moment
// more, and gives back what takes longer. Who hears that it is idle can rely on it for a moment.

import { messageOf, TerminalError, TransientError } from '../runtime/errors.ts';
import { tellBusy } from './busy.ts';
import type { Program, ProgramContext, ProgramEnv } from './program.ts';
import { openWorkQueue, type TakenMessage, type WorkQueue } from './queue.ts';
import { QuietTime } from './quiet-time.ts';
import { numberSetting, queueSettings } from './settings.ts';
import { StorageRetry } from './storage-retry.ts';
import { Tally } from './tally.ts';

/** How long to wait before an empty queue is looked at again: doubling between these. */
const FIRST_IDLE_MS = 50;
const LAST_IDLE_MS = 400;

/**
 * Work that is over so soon is finished by one that has to stop: half done and given back it would be done twice. With the
 * storage's grace of 2 s after it this is below Marathon's own of 3 s.
 */
const FINISHED_WITHIN_MS = 500;

interface ConsumerSettings {
  readonly workMs: number;
  readonly visibilitySeconds: number;
}

export const run: Program = async (context, signal) => {
  const queueAt = queueSettings(context.env);
  const settings = consumerSettings(context.env);
  const queue = await openWorkQueue(queueAt);
  const tally = new Tally(context, { counter: 'consumed', noun: 'messages consumed' });
  const worker = new Worker({ context, settings, queue, tally }, signal);
  context.print(`consuming queue ${queue.name}, ${settings.workMs / 1000} s of work per message`);
  const sign = await tellBusy(context, () => worker.promiseIdle());
  try {
    await worker.work();
  } catch (error) {
    if (error !== signal.reason) throw error;
  } finally {
    sign.close();
    await tally.close();
    queue.close();
  }
};

function consumerSettings(env: ProgramEnv): ConsumerSettings {
  const secondsPerMessage = numberSetting(env, {
    name: 'CONSUMER_SECONDS_PER_MESSAGE',
    default: 0.2,
    min: 0,
    max: 3600,
  });
  const visibilitySeconds = numberSetting(env, {
    name: 'CONSUMER_VISIBILITY_SECONDS',
    default: 30,
    min: 1,
    max: 604_800,
    integer: true,
  });
  if (visibilitySeconds <= secondsPerMessage) {
    throw new TerminalError(
      `CONSUMER_VISIBILITY_SECONDS is ${visibilitySeconds}: must be more than ` +
        `CONSUMER_SECONDS_PER_MESSAGE (${secondsPerMessage}), or messages come back while they are worked on`,
    );
  }
  return { workMs: secondsPerMessage * 1000, visibilitySeconds };
}

interface WorkerDeps {
  readonly context: ProgramContext;
  readonly settings: ConsumerSettings;
  readonly queue: WorkQueue;
  readonly tally: Tally;
}

class Worker {
  readonly #deps: WorkerDeps;
  readonly #signal: AbortSignal;
  readonly #storage: StorageRetry;
  readonly #quiet: QuietTime;

  constructor(deps: WorkerDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
    this.#storage = new StorageRetry(deps.context, signal);
    this.#quiet = new QuietTime(deps.context.clock);
  }

  /** Whether it holds no message, and asks for none in the next moment. */
  promiseIdle(): boolean {
    return this.#quiet.promise();
  }

  /** Until the signal aborts; then throws its reason or returns. */
  async work(): Promise<void> {
    const { settings, queue, tally } = this.#deps;
    let idleMs = FIRST_IDLE_MS;
    while (!this.#signal.aborted) {
      const message = await this.#storage.untilDone((s) => queue.take(settings.visibilitySeconds, s));
      if (message === undefined) {
        await this.#quiet.rest(idleMs, this.#signal);
        idleMs = Math.min(LAST_IDLE_MS, 2 * idleMs);
      } else {
        await this.#handle(message);
        idleMs = FIRST_IDLE_MS;
      }
      tally.report();
    }
  }

  /** Deletes the message only when the work on it is done: it may be done twice, never not at all. */
  async #handle(message: TakenMessage): Promise<void> {
    const { context, settings, queue, tally } = this.#deps;
    const doneAtMs = context.clock.monotonic() + settings.workMs;
    try {
      await context.clock.sleep(settings.workMs, this.#signal);
    } catch (error) {
      const leftMs = doneAtMs - context.clock.monotonic();
      if (leftMs > FINISHED_WITHIN_MS) {
        await this.#handBack(message);
        throw error;
      }
      await context.clock.sleep(leftMs);
    }
    const removed = await this.#storage.untilDone((s) => queue.remove(message, s));
    if (removed) tally.add(1);
    else
      context.print(
        'a message was gone when its work was done: it took too long, and another consumer has it',
      );
  }

  async #handBack(message: TakenMessage): Promise<void> {
    const { context, settings, queue, tally } = this.#deps;
    try {
      const back = await this.#storage.once((s) => queue.handBack(message, s));
      if (back) tally.also('handed_back', 1);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const seconds = settings.visibilitySeconds;
      context.print(`${messageOf(error)}; the message comes back by itself within ${seconds} s`);
    }
  }
}
