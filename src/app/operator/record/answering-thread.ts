// app: a thread that answers questions to the record, one after the other or several at once, until it is ended or runs out of memory.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LookBackQuestion } from '../../../server/api/look-back.ts';
import type { LookBackAnswer, LookBackMessage, LookBackTask } from './look-back-thread.ts';
import { isTooLarge } from './thread-memory.ts';

/** Compiled it has another ending. */
const THREAD = new URL(`./look-back-thread${extname(import.meta.url)}`, import.meta.url);

/** The thread ran out of memory. */
export class TooLargeError extends Error {
  /** Nothing else was being answered: it was this question. */
  readonly wasAlone: boolean;

  constructor(wasAlone: boolean) {
    super('the thread that reads the record ran out of memory');
    this.wasAlone = wasAlone;
  }
}

interface Waiting {
  readonly answered: (json: string | undefined) => void;
  readonly failed: (error: unknown) => void;
}

export class AnsweringThread {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Also those for whose answers nobody waits any more: they take memory until the thread has noticed. */
  readonly #worked = new Set<number>();
  #next = 0;
  isOver = false;

  constructor(task: LookBackTask, mostHeapMb: number) {
    this.#thread = new Worker(THREAD, {
      workerData: task,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
    });
    this.#thread.on('message', (answer: LookBackAnswer) => this.#take(answer));
    this.#thread.on('error', (error) =>
      this.#fail(isTooLarge(error) ? new TooLargeError(this.#worked.size < 2) : error),
    );
    this.#thread.on('exit', () => this.#fail(new Error('the thread that reads the record ended')));
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** @throws TooLargeError where it, or what is answered at the same time, takes more memory than there is */
  async ask(question: LookBackQuestion, signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    const id = this.#next++;
    const leave = (): void => {
      this.#post({ id });
      this.#settled(id)?.failed(signal.reason);
    };
    try {
      return await new Promise((answered, failed) => {
        this.#waiting.set(id, { answered, failed });
        this.#worked.add(id);
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
    this.#worked.delete(id);
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
