// schedulers/marathon: following `/v2/events`: framing, a watchdog on bytes, reconnecting.

import type { Readable } from 'node:stream';
import { createParser } from 'eventsource-parser';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';

export interface StreamOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves when the stream's headers are there. */
  readonly open: (signal: AbortSignal) => Promise<Readable>;
  /** The stream is live; whatever happened before was missed. Returns what to do when it ends. */
  readonly onOpen: () => () => void;
  readonly onEvent: (data: string) => void;
  /** Bytes came, also such that are no event. */
  readonly onBytes?: () => void;
  /** Throws when whoever sends the stream does not answer either; called anew for each stream. */
  readonly pulse?: (signal: AbortSignal) => Promise<never>;
}

/** Marathon sends at least a blank line every 10 s (docs/design/marathon.md#events). */
export const SILENCE_MS = 30_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** Plans are light; a line this long is not an event. */
const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024;

/** Follows the stream, however often it breaks, until aborted; then resolves. */
export async function followEvents(options: StreamOptions, signal: AbortSignal): Promise<void> {
  let barren = 0;
  let lost = false;
  while (!signal.aborted) {
    const { events, reason } = await followOnce(options, signal);
    if (signal.aborted) return;
    if (events > 0) lost = false;
    if (!lost) options.log.warn('event stream lost; reading more often until it is back', { reason });
    lost = true;
    // A standby accepts and closes at once, so only a stream that said something resets the delay.
    barren = events > 0 ? 0 : barren + 1;
    const retryMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(barren, 10));
    await options.clock.sleep(retryMs, signal).catch(() => undefined);
  }
}

async function followOnce(
  options: StreamOptions,
  signal: AbortSignal,
): Promise<{ readonly events: number; readonly reason: string }> {
  let events = 0;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: ({ data }) => {
      if (events++ === 0) options.log.debug('event stream is live');
      options.onEvent(data);
    },
  });
  try {
    const stream = await options.open(signal);
    const onClose = options.onOpen();
    try {
      await pump(stream, { ...options, feed: (text) => parser.feed(text) }, signal);
    } finally {
      onClose();
    }
    return { events, reason: 'Marathon ended it' };
  } catch (error) {
    return { events, reason: messageOf(error) };
  }
}

/** Feeds the stream's text until it ends; destroys it when aborted, when no byte came for SILENCE_MS, or when nobody answers there. */
async function pump(
  stream: Readable,
  to: Pick<StreamOptions, 'clock' | 'onBytes' | 'pulse'> & { readonly feed: (text: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const decoder = new TextDecoder();
  const ended = new AbortController();
  let heardAtMs = to.clock.monotonic();
  const onAbort = (): void => void stream.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  const watchdog = async (): Promise<void> => {
    for (;;) {
      const leftMs = heardAtMs + SILENCE_MS - to.clock.monotonic();
      if (leftMs <= 0) {
        stream.destroy(new Error(`no byte for ${SILENCE_MS / 1000} s`));
        return;
      }
      await to.clock.sleep(leftMs, ended.signal);
    }
  };
  watchdog().catch(() => undefined);
  to.onBytes?.();
  to.pulse?.(ended.signal).catch((error: unknown) => {
    if (!ended.signal.aborted) stream.destroy(error instanceof Error ? error : new Error(messageOf(error)));
  });
  try {
    for await (const chunk of stream) {
      heardAtMs = to.clock.monotonic();
      to.onBytes?.();
      to.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    ended.abort();
    stream.destroy();
  }
}
