// app: questions to the record, answered in a thread: four hours of a policy are thirty thousand pictures, and rounds are waiting.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FlightRecorder } from '../../../recorder/recorder.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { LookBack } from '../../../server/api/look-back.ts';
import type { LookBackAnswer, LookBackMessage, LookBackTask } from './look-back-thread.ts';
import { heapMb, isTooLarge, roomMb } from './thread-memory.ts';

/** Compiled it has another ending. */
const THREAD = new URL(`./look-back-thread${extname(import.meta.url)}`, import.meta.url);
/** Somebody who looks back asks again; its memory is given back when nobody does. */
const IDLE_MS = 60_000;

export interface LookBackDeps {
  readonly clock: Pick<Clock, 'after'>;
  /** Ends the thread. */
  readonly signal: AbortSignal;
}

/** One thread for all questions, begun by the first one; it has none of the secrets of the operator. */
export function threadedLookBack(
  recorder: Pick<FlightRecorder, 'folder' | 'flush'>,
  { clock, signal: over }: LookBackDeps,
): LookBack {
  let thread: AnsweringThread | undefined;
  let callOff: (() => void) | undefined;
  /** Until it is called again, or the next question comes. */
  const endLater = (): void => {
    // Of several that were left at once each sees that it was the last one.
    callOff?.();
    callOff = clock.after(IDLE_MS, () => void end());
  };
  const end = async (): Promise<void> => {
    callOff?.();
    const ended = thread;
    thread = undefined;
    await ended?.end();
  };
  over.addEventListener('abort', () => void end(), { once: true });
  return {
    async ask(question, signal) {
      callOff?.();
      over.throwIfAborted();
      recorder.flush();
      if (thread?.isOver !== false) thread = new AnsweringThread({ folder: recorder.folder });
      const asked = thread;
      try {
        return await asked.ask(question, signal);
      } finally {
        if (thread === asked && asked.isIdle) endLater();
      }
    },
  };
}

interface Waiting {
  readonly answered: (json: string | undefined) => void;
  readonly failed: (error: unknown) => void;
}

class AnsweringThread {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  isOver = false;

  constructor(task: LookBackTask) {
    const mostHeapMb = heapMb(roomMb());
    this.#thread = new Worker(THREAD, {
      workerData: task,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
    });
    this.#thread.on('message', (answer: LookBackAnswer) => this.#take(answer));
    this.#thread.on('error', (error) => this.#fail(isTooLarge(error) ? new TerminalError(TOO_LARGE) : error));
    this.#thread.on('exit', () => this.#fail(new Error('the thread that reads the record ended')));
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  async ask(
    question: NonNullable<LookBackMessage['question']>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    signal.throwIfAborted();
    const id = this.#next++;
    const leave = (): void => {
      this.#post({ id });
      this.#settled(id)?.failed(signal.reason);
    };
    try {
      return await new Promise((answered, failed) => {
        this.#waiting.set(id, { answered, failed });
        signal.addEventListener('abort', leave, { once: true });
        this.#post({ id, question });
      });
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  #post(message: LookBackMessage): void {
    this.#thread.postMessage(message);
  }

  #take({ id, json, failed }: LookBackAnswer): void {
    const waiting = this.#settled(id);
    if (failed === undefined) waiting?.answered(json);
    else waiting?.failed(new Error(failed));
  }

  #settled(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(error: unknown): void {
    this.isOver = true;
    for (const id of [...this.#waiting.keys()]) this.#settled(id)?.failed(error);
  }
}

const TOO_LARGE =
  'the answer takes more memory than the operator has left: ask for a shorter span, or read the record with --data';
