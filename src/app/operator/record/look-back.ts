// app: questions to the record, answered in a thread: an hour of a policy is ten thousand pictures, and rounds are waiting.

import type { FlightRecorder } from '../../../recorder/recorder.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { LookBack, LookBackQuestion } from '../../../server/api/look-back.ts';
import { AnsweringThread, TooLargeError } from './answering-thread.ts';
import { heapMb, roomMb } from './thread-memory.ts';

/** Somebody who looks back asks again; its memory is given back when nobody does. */
const IDLE_MS = 60_000;

export interface LookBackDeps {
  readonly clock: Pick<Clock, 'after'>;
  /** Ends the thread. */
  readonly signal: AbortSignal;
  /** How much a thread may hold, MB, asked when one begins; default: by what the process may still have. */
  readonly mostHeapMb?: () => number;
}

const TOO_LARGE =
  'the answer takes more memory than the operator has left: ask for a shorter span, or read the record with --data';

/**
 * One thread for all questions, begun by the first one; it has none of the secrets of the operator. Where it runs out of memory
 * nobody knows which of them it was: each is asked again, in a thread that it has to itself, one after the other.
 */
export function threadedLookBack(
  recorder: Pick<FlightRecorder, 'folder' | 'flush'>,
  { clock, signal: over, mostHeapMb = () => heapMb(roomMb()) }: LookBackDeps,
): LookBack {
  let thread: AnsweringThread | undefined;
  let alone: AnsweringThread | undefined;
  /** Resolved when no question needs a thread to itself. */
  let shared: Promise<unknown> = Promise.resolve();
  let callOff: (() => void) | undefined;
  const begin = (): AnsweringThread => new AnsweringThread({ folder: recorder.folder }, mostHeapMb());
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
  // Who has a thread to himself is answered, however long that takes, unless the operator ends.
  const endAll = async (): Promise<void> => {
    await Promise.all([end(), alone?.end()]);
  };
  over.addEventListener('abort', () => void endAll(), { once: true });

  const askTogether = async (
    question: LookBackQuestion,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    callOff?.();
    over.throwIfAborted();
    recorder.flush();
    if (thread?.isOver !== false) thread = begin();
    const asked = thread;
    try {
      return await asked.ask(question, signal);
    } finally {
      if (thread === asked && asked.isIdle) endLater();
    }
  };
  const askAlone = async (question: LookBackQuestion, signal: AbortSignal): Promise<string | undefined> => {
    over.throwIfAborted();
    signal.throwIfAborted();
    const own = begin();
    alone = own;
    try {
      return await own.ask(question, signal);
    } finally {
      alone = undefined;
      await own.end();
    }
  };
  const askInTurn = async (question: LookBackQuestion, signal: AbortSignal): Promise<string | undefined> => {
    const turn = shared.then(() => askAlone(question, signal));
    shared = turn.catch(() => undefined);
    return await turn;
  };

  return {
    async ask(question, signal) {
      // Two threads at once would hold twice what one may.
      await shared;
      try {
        try {
          return await askTogether(question, signal);
        } catch (error) {
          if (!(error instanceof TooLargeError) || error.wasAlone) throw error;
          return await askInTurn(question, signal);
        }
      } catch (error) {
        throw error instanceof TooLargeError ? new TerminalError(TOO_LARGE) : error;
      }
    },
  };
}
