// programs: repeats calls while the storage is unreachable. Prints one line when that begins and one when it ends.

import { messageOf, TransientError } from '../runtime/errors.ts';
import { Backoff } from '../runtime/work/backoff.ts';
import type { ProgramContext } from './program.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;
const CALL_TIMEOUT_MS = 10_000;
/** Below Marathon's default grace of 3 s between SIGTERM and SIGKILL. */
const GRACE_MS = 2000;

/** One call to the storage, under the signal it is given. */
export type StorageCall<T> = (signal: AbortSignal) => Promise<T>;

export class StorageRetry {
  readonly #context: ProgramContext;
  readonly #signal: AbortSignal;
  readonly #backoff: Backoff<'storage'>;
  #trouble: string | undefined;

  /** @param signal asks the program to stop; calls under way still get 2 s to be answered */
  constructor(context: ProgramContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
    this.#backoff = new Backoff({
      baseMs: FIRST_RETRY_MS,
      maxMs: LAST_RETRY_MS,
      random: context.random,
    });
  }

  /** Makes the call until it works; throws `signal.reason` instead of a further attempt once asked to stop. */
  async untilDone<T>(call: StorageCall<T>): Promise<T> {
    for (;;) {
      try {
        return await this.once(call);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
      }
      await this.#context.clock.sleep(this.#backoff.next('storage'), this.#signal);
    }
  }

  /** One attempt, whatever the signal says: for clean-up at the end. */
  async once<T>(call: StorageCall<T>): Promise<T> {
    const over = new AbortController();
    try {
      const result = await call(this.#callSignal(over.signal));
      this.#reached();
      return result;
    } catch (error) {
      if (error instanceof TransientError) this.#failed(error);
      throw error;
    } finally {
      over.abort();
    }
  }

  /** Aborts when the call takes too long, or when its grace after the stop is over. */
  #callSignal(over: AbortSignal): AbortSignal {
    const { clock } = this.#context;
    const timeUp = new AbortController();
    const abortAfter = (ms: number): void => {
      clock.sleep(ms, over).then(
        () => timeUp.abort(),
        () => undefined,
      );
    };
    abortAfter(this.#signal.aborted ? GRACE_MS : CALL_TIMEOUT_MS);
    this.#signal.addEventListener('abort', () => abortAfter(GRACE_MS), { once: true, signal: over });
    return timeUp.signal;
  }

  #reached(): void {
    this.#backoff.forget('storage');
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#context.print('the storage answers again');
  }

  #failed(error: TransientError): void {
    const trouble = messageOf(error);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#context.print(`${trouble}; trying again`);
  }
}
