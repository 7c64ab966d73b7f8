// cli: a line on a terminal that takes the place of the one before.

/** Takes the line away on which the cursor stands. */
export const ERASED = '\r\x1b[2K';

/** In place of that line. A longer one than the terminal is wide is cut: wrapped, it could not be taken back. */
export function rewritten(text: string): string {
  return `${ERASED}\x1b[?7l${text}\x1b[?7h`;
}
