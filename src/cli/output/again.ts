// cli: the same text again and again, shown whenever it has changed.

import { systemClock } from '../../runtime/clock.ts';
import type { CommandContext } from '../command.ts';

/** Faster than people read, slower than rounds. */
const AGAIN_MS = 2_000;

/** Takes the cursor home, and away what is on the screen. */
const CLEARED = '\x1b[H\x1b[2J';

/**
 * Prints the text once; with `watch` whenever it reads differently, until Ctrl-C: on a terminal in the place of the one
 * before, elsewhere below it.
 *
 * @param text made anew each time; one that throws ends it
 */
export async function shown(
  text: () => Promise<string>,
  watch: boolean | undefined,
  { print, printRaw, stdoutIsTty, signal }: CommandContext,
): Promise<void> {
  let last: string | undefined;
  for (;;) {
    const now = await text();
    if (watch === true && stdoutIsTty && now !== last) printRaw(CLEARED);
    if (now !== last) print(now);
    if (watch !== true) return;
    last = now;
    await systemClock.sleep(AGAIN_MS, signal);
  }
}
