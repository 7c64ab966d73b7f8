// server: Server-Sent Events out of an async generator; a slow reader gets fewer messages, not a longer backlog.

import type { Clock } from '../../runtime/clock.ts';

/** `name` and data of one event, in the wire format of WHATWG HTML §9.2.6; data must be one line, as JSON is. */
export function serverSentEvent(name: string, json: string): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${json}\n\n`);
}

const encoder = new TextEncoder();

/** Who has not taken a message for so long looks no more, or never did. */
const STALLED_MS = 30_000;

export interface EventStreamDeps {
  readonly clock: Clock;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called once, however it ends. */
  readonly onEnd?: () => void;
}

/**
 * A streaming response that asks `events` for its next message only when the last one was taken: of what a reader has
 * not read yet there is never more than one. Who takes none for half a minute is cut off.
 *
 * @param events is given a signal that aborts when the reader goes away or `deps.signal` aborts
 */
export function eventStreamResponse(
  events: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
  deps: EventStreamDeps,
): Response {
  const gone = new AbortController();
  const either = AbortSignal.any([deps.signal, gone.signal]);
  either.addEventListener('abort', () => deps.onEnd?.(), { once: true });
  const generator = events(either);
  const stall = new StallTimer(deps.clock, either);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        stall.stop();
        try {
          const next = await generator.next();
          if (next.done === true) {
            controller.close();
            gone.abort();
            return;
          }
          controller.enqueue(next.value);
          stall.start(() => {
            controller.error(new Error('the stream was not read'));
            gone.abort();
          });
        } catch (error) {
          if (!either.aborted) controller.error(error);
          else if (!gone.signal.aborted) controller.close();
          gone.abort();
        }
      },
      cancel() {
        gone.abort();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}

/** Runs from a message that was taken over until the next one is asked for. */
class StallTimer {
  readonly #clock: Clock;
  readonly #until: AbortSignal;
  #running: AbortController | undefined;

  constructor(clock: Clock, until: AbortSignal) {
    this.#clock = clock;
    this.#until = until;
    until.addEventListener('abort', () => this.stop(), { once: true });
  }

  start(onStalled: () => void): void {
    if (this.#until.aborted) return;
    const running = new AbortController();
    this.#running = running;
    this.#clock.sleep(STALLED_MS, running.signal).then(onStalled, () => undefined);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }
}
