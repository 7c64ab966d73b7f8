// server: Server-Sent Events out of an async generator; a slow reader gets fewer messages, not a longer backlog.

/** `name` and data of one event, in the wire format of WHATWG HTML §9.2.6; data must be one line, as JSON is. */
export function serverSentEvent(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}

/**
 * A streaming response that asks `events` for its next message only when the last one was taken.
 *
 * @param events is given a signal that aborts when the reader goes away or `signal` aborts
 */
export function eventStreamResponse(
  events: (signal: AbortSignal) => AsyncGenerator<string>,
  signal: AbortSignal,
): Response {
  const gone = new AbortController();
  const either = AbortSignal.any([signal, gone.signal]);
  const generator = events(either);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await generator.next();
          if (next.done === true) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        } catch (error) {
          if (!either.aborted) controller.error(error);
          else if (!gone.signal.aborted) controller.close();
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
