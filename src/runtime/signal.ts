// runtime: the root of all cancellation. The first signal ends the work in hand, the second ends the process.

import { constants } from 'node:os';

/** Why everything stops: not a failure. */
export class Shutdown extends Error {
  override readonly name = 'Shutdown';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type HandledSignal = (typeof SIGNALS)[number];

/** The part of `process` that is needed. */
export interface SignalProcess {
  on(event: HandledSignal, listener: () => void): unknown;
  off(event: HandledSignal, listener: () => void): unknown;
  exit(code: number): unknown;
}

export interface RootSignal {
  /** Aborted with a `Shutdown` as reason. */
  readonly signal: AbortSignal;
  /** Ends the work for another reason than a signal: the run is over, the parent is gone. Idempotent. */
  shutdown(why: string): void;
  /** Gives the signals back to Node's own handling. */
  dispose(): void;
}

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort. A second signal of any kind exits at once with 128 + its
 * number, for a person whose patience is over.
 */
export function rootSignal(target: SignalProcess = process): RootSignal {
  const controller = new AbortController();
  const shutdown = (why: string): void => {
    if (!controller.signal.aborted) controller.abort(new Shutdown(why));
  };
  let signalled = false;
  const listeners = SIGNALS.map((name) => {
    const listener = (): void => {
      if (signalled) target.exit(128 + constants.signals[name]);
      signalled = true;
      shutdown(`received ${name}`);
    };
    target.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    shutdown,
    dispose: () => {
      for (const { name, listener } of listeners) target.off(name, listener);
    },
  };
}
