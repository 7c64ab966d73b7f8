// runtime: the root of all cancellation. The first signal lets the present work finish, the second ends the process.

import { constants } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';

/** Why everything stops: not a failure. */
export class Shutdown extends Error {
  override readonly name = 'Shutdown';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm a moment later. */
const SAME_KEYSTROKE_MS = 500;

type HandledSignal = (typeof SIGNALS)[number];

/** The part of `process` that is needed. */
export interface SignalProcess {
  on(event: HandledSignal, listener: () => void): unknown;
  exit(code: number): unknown;
}

export interface RootSignalOptions {
  /**
   * True when `npm_lifecycle_event` is set: then the end of npm, which cannot always pass its own signal on, is a
   * reason as well. Without npm our parent may come and go as it likes.
   */
  readonly startedByNpm?: boolean;
  readonly target?: SignalProcess;
  readonly clock?: Clock;
  /** Calls back when the npm that started us is gone. */
  readonly watchNpm?: (onGone: (why: string) => void) => unknown;
}

/**
 * A signal that SIGINT, SIGTERM and SIGHUP abort with a `Shutdown` as reason. A second one of any kind exits at
 * once with 128 + its number, for a person who does not want to wait; what follows within half a second is an echo. Called once, where the process starts.
 */
export function rootSignal(options: RootSignalOptions = {}): AbortSignal {
  const { target = process, watchNpm, clock = systemClock } = options;
  const controller = new AbortController();
  const shutdown = (why: string): void => {
    if (!controller.signal.aborted) controller.abort(new Shutdown(why));
  };
  let firstAtMs: number | undefined;
  for (const name of SIGNALS) {
    target.on(name, () => {
      if (firstAtMs === undefined) firstAtMs = clock.monotonic();
      else if (clock.monotonic() - firstAtMs > SAME_KEYSTROKE_MS) target.exit(128 + constants.signals[name]);
      shutdown(`received ${name}`);
    });
  }
  if (options.startedByNpm === true) void watchNpm?.(shutdown);
  return controller.signal;
}
