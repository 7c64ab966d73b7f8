// runtime: workers that take keys off a queue and reconcile them; what happens next follows from how it ended.

import type { Clock } from '../clock.ts';
import { messageOf, TerminalError, TransientError, WaitError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Backoff } from './backoff.ts';
import type { Turn } from './fair-turns.ts';
import type { WorkQueue } from './workqueue.ts';

export interface ReconcileResult {
  /** Come back after this; absent: only when the key is added again. */
  readonly requeueAfterMs?: number;
}

export interface ReconcileContext {
  /** Unique per run, for the log. */
  readonly id: string;
  readonly log: Logger;
  /** Ends the run: its time is up, or the process cannot wait any longer. */
  readonly signal: AbortSignal;
  /** The process wants to end: finish what was begun, begin nothing new. */
  readonly stopping: AbortSignal;
  /** Either of the two: a read that is under way is of no use to anybody any more. */
  readonly reading: AbortSignal;
}

export interface Reconciler<K> {
  /** Level-triggered: looks at the whole key, whatever made it run. Throws one of the three kinds of errors.ts. */
  reconcile(key: K, context: ReconcileContext): Promise<ReconcileResult>;
}

/** The guard of a run went off; told apart from a shutdown by its class. */
export class ReconcileTimeout extends TransientError {}

export interface ControllerOptions<K> {
  readonly queue: WorkQueue<K>;
  readonly reconciler: Reconciler<K>;
  readonly backoff: Backoff<K>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many keys are run at the same time. */
  readonly workers: number;
  /** Longest a run may take. */
  readonly timeoutMs: number;
  /** How long a run may go on once the process wants to end. */
  readonly graceMs: number;
  /** Slow second look after a TerminalError, for a change in the world that caused no event. */
  readonly terminalRetryMs: number;
  /** Waited for before each run begins; default: none waits. */
  readonly turn?: Turn;
}

/** Runs until aborted; work that was begun is finished first. */
export async function runController<K>(options: ControllerOptions<K>, signal: AbortSignal): Promise<void> {
  const { queue, workers, turn } = options;
  const guards = new Guards(options, signal);
  const inHand = new Set<Promise<void>>();
  // A race would leave something behind with each of hundreds of runs, each time that there is no room for another one.
  let onRoom: () => void = () => undefined;
  for (let runs = 1; ; runs++) {
    if (inHand.size >= workers) await new Promise<void>((resolve) => (onRoom = resolve));
    const next = await nextOrStop(queue, signal);
    if (next === undefined) break;
    await turn?.();
    const run = runOnce(options, { key: next.value, id: String(runs) }, guards).then(() => {
      inHand.delete(run);
      queue.done(next.value);
      onRoom();
    });
    inHand.add(run);
  }
  await Promise.all(inHand);
  guards.close();
}

async function nextOrStop<K>(
  queue: WorkQueue<K>,
  signal: AbortSignal,
): Promise<{ readonly value: K } | undefined> {
  try {
    return { value: await queue.next(signal) };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function runOnce<K>(
  options: ControllerOptions<K>,
  run: { readonly key: K; readonly id: string },
  guards: Guards,
): Promise<void> {
  const { reconciler, clock } = options;
  const log = options.log.child({ key: run.key, reconcileId: run.id });
  const { signals, stop } = guards.start();
  const startedMs = clock.monotonic();
  try {
    const result = await reconciler.reconcile(run.key, { id: run.id, log, ...signals });
    requeue(options, run.key, result);
    log.debug('reconciled', { tookMs: clock.monotonic() - startedMs, requeueAfterMs: result.requeueAfterMs });
  } catch (error) {
    if (!signals.stopping.aborted) requeueAfterError(options, { key: run.key, error }, log);
  } finally {
    stop();
  }
}

interface Guarded {
  readonly run: AbortController;
  readonly reading: AbortController;
}

/**
 * Aborts a run with a ReconcileTimeout when it takes too long, and all that are under way with the reason of the shutdown after
 * its grace. Runs are started hundreds of times a second, so that each costs two signals and a timer.
 */
class Guards {
  readonly #options: Pick<ControllerOptions<unknown>, 'clock' | 'timeoutMs' | 'graceMs'>;
  readonly #stopping: AbortSignal;
  readonly #inHand = new Set<Guarded>();
  #callOffGrace: () => void = () => undefined;

  constructor(
    options: Pick<ControllerOptions<unknown>, 'clock' | 'timeoutMs' | 'graceMs'>,
    stopping: AbortSignal,
  ) {
    this.#options = options;
    this.#stopping = stopping;
    if (stopping.aborted) this.#end();
    else stopping.addEventListener('abort', this.#end, { once: true });
  }

  start(): {
    readonly signals: Pick<ReconcileContext, 'signal' | 'stopping' | 'reading'>;
    readonly stop: () => void;
  } {
    const { clock, timeoutMs } = this.#options;
    const guarded: Guarded = { run: new AbortController(), reading: new AbortController() };
    const { run, reading } = guarded;
    this.#inHand.add(guarded);
    if (this.#stopping.aborted) reading.abort(this.#stopping.reason);
    const callOff = clock.after(timeoutMs, () => {
      abortBoth(guarded, new ReconcileTimeout(`the round took longer than ${timeoutMs} ms`));
    });
    return {
      signals: { signal: run.signal, stopping: this.#stopping, reading: reading.signal },
      stop: () => {
        callOff();
        this.#inHand.delete(guarded);
      },
    };
  }

  close(): void {
    this.#stopping.removeEventListener('abort', this.#end);
    this.#callOffGrace();
  }

  readonly #end = (): void => {
    const { clock, graceMs } = this.#options;
    const { reason } = this.#stopping;
    for (const { reading } of this.#inHand) reading.abort(reason);
    this.#callOffGrace = clock.after(graceMs, () => {
      for (const guarded of this.#inHand) abortBoth(guarded, reason);
    });
  };
}

function abortBoth({ run, reading }: Guarded, reason: unknown): void {
  run.abort(reason);
  reading.abort(reason);
}

function requeue<K>({ backoff, queue }: ControllerOptions<K>, key: K, result: ReconcileResult): void {
  backoff.forget(key);
  if (result.requeueAfterMs !== undefined) queue.add(key, result.requeueAfterMs);
}

/**
 * | thrown                 | next run                                    | back-off |
 * |------------------------|---------------------------------------------|----------|
 * | WaitError              | after its delay                             | kept     |
 * | TerminalError          | when the input changes, or terminalRetryMs  | forgotten|
 * | anything else          | after an exponential delay                  | grows    |
 */
function requeueAfterError<K>(
  { backoff, queue, terminalRetryMs }: ControllerOptions<K>,
  { key, error }: { readonly key: K; readonly error: unknown },
  log: Logger,
): void {
  if (error instanceof WaitError) {
    queue.add(key, error.retryAfterMs);
    log.debug('waiting', { reason: error.message, retryAfterMs: error.retryAfterMs });
    return;
  }
  if (error instanceof TerminalError) {
    backoff.forget(key);
    queue.add(key, terminalRetryMs);
    log.debug('cannot go on until its input changes', { reason: error.message });
    return;
  }
  const retryAfterMs = backoff.next(key);
  queue.add(key, retryAfterMs);
  if (error instanceof TransientError) {
    log.debug('failed, coming back', { reason: error.message, retryAfterMs });
    return;
  }
  log.error('round failed unexpectedly, coming back; please report this', {
    reason: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
    retryAfterMs,
  });
}
