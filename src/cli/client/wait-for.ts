// cli: waits for something at the operator, and says on one line what for.

import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { CommandContext } from '../command.ts';
import { ProgressLine } from '../output/progress-line.ts';

const LOOK_EVERY_MS = 400;
const DEFAULT_TIMEOUT_MS = 60_000;

/** What was found: `done`, or what is still missing, in words. */
export type Look = { readonly done: true } | { readonly done: false; readonly missing: string };

export interface Waiting {
  /** Whom is waited for: `microscalingpolicy/shop`. */
  readonly title: string;
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
}

/** @throws TerminalError that says what is still missing when the time is over; what `look` throws */
export async function waitFor(
  { title, timeoutMs = DEFAULT_TIMEOUT_MS, clock }: Waiting,
  look: (signal: AbortSignal) => Promise<Look>,
  { noteRaw, stderrIsTty, signal }: Pick<CommandContext, 'noteRaw' | 'stderrIsTty' | 'signal'>,
): Promise<void> {
  const line = new ProgressLine({ raw: noteRaw, isTty: stderrIsTty });
  const startMs = clock.monotonic();
  try {
    for (;;) {
      const seen = await look(signal);
      if (seen.done) return;
      const waitedMs = clock.monotonic() - startMs;
      if (waitedMs >= timeoutMs) {
        const seconds = Math.round(timeoutMs / 1000);
        throw new TerminalError(`${title}: not there yet after ${seconds} s (--timeout): ${seen.missing}`);
      }
      line.show(`${title}: ${seen.missing} (${Math.round(waitedMs / 1000)} s)`);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new TerminalError(`${title}: no longer waited for; what was asked for goes on`, { cause: error });
  } finally {
    line.end();
  }
}
