// schedulers: an engine's events as wake-ups: followed for ever, opened anew when the stream ends.

import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { objectIn, textIn, textMapIn } from './json.ts';

export interface EngineEvent {
  /** `container`, `service`, `node`, … */
  readonly type: string;
  /** `start`, `die`, `destroy`, `health_status: healthy`, … */
  readonly action: string;
  readonly id: string;
  /** Labels of what it is about, its name, and what the action adds (`exitCode`). */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Undefined for a line that is no event. */
export function engineEvent(line: string): EngineEvent | undefined {
  try {
    const event = objectIn(JSON.parse(line));
    const actor = objectIn(event['Actor']);
    const type = textIn(event['Type']);
    const action = textIn(event['Action']);
    if (type === undefined || action === undefined) return undefined;
    return { type, action, id: textIn(actor['ID']) ?? '', attributes: textMapIn(actor['Attributes']) };
  } catch {
    return undefined;
  }
}

export interface FollowedEvents {
  readonly clock: Clock;
  readonly log: Logger;
  /** One stream; ends or throws when it is over. Calls `onOpen` when the engine has begun to answer. */
  readonly open: (onOpen: () => void, signal: AbortSignal) => AsyncIterable<EngineEvent>;
  /** After every opening: something may have been missed before. */
  readonly onOpen: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** The stream is over; what is known is no longer told anew. */
  readonly onClose: () => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Resolves when aborted; never rejects. */
export async function followEngineEvents(parts: FollowedEvents, signal: AbortSignal): Promise<void> {
  const { clock, log, open, onOpen, onEvent, onClose } = parts;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    let isOpen = false;
    let reason: string | undefined;
    const opened = (): void => {
      isOpen = true;
      pauseMs = FIRST_PAUSE_MS;
      onOpen();
    };
    try {
      for await (const event of open(opened, signal)) onEvent(event);
    } catch (error) {
      reason = messageOf(error);
    }
    if (isOpen) onClose();
    if (signal.aborted) return;
    log.debug('the stream of events ended; opening it anew', defined({ reason }));
    await clock.sleep(pauseMs, signal).catch(() => undefined);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}
