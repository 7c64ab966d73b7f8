// cli: moments as people name them: `02:10`, `-30s`, `2h`, `2026-11-29T02:10:00Z`.

import { durationMs, isDuration } from '../../api/duration.ts';
import { TerminalError } from '../../runtime/errors.ts';

/** By how much clocks are put back in autumn, the most first: two hours at Troll in Antarctica, half an hour on Lord Howe Island. */
const PUT_BACK_MS = [7_200_000, 3_600_000, 1_800_000, 0];
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/**
 * A time of the clock is the last one that was, today or yesterday, where this command runs; a duration is so long ago.
 *
 * @param place for people: `--at`
 * @throws TerminalError for what is no moment
 */
export function momentMs(text: string, place: string, nowMs: number): number {
  const word = text.trim();
  if (word === 'now') return nowMs;
  const span = word.replace(/^-/, '');
  if (isDuration(span)) return nowMs - durationMs(span);
  const clock = CLOCK.exec(word);
  if (clock !== null)
    return lastOf(
      clock.slice(1).map((part) => Number(part ?? 0)),
      nowMs,
    );
  const ms = /^\d{4}-\d{2}-\d{2}/.test(word) ? Date.parse(word) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new TerminalError(`${place}: '${text}' is no moment; say 02:10, -30s, 2h or 2026-11-29T02:10:00Z`);
}

/** Where clocks are put back an hour comes twice: the second one. Where they are put forward one is missing: that of the day before. */
function lastOf([hours = 0, minutes = 0, seconds = 0]: readonly number[], nowMs: number): number {
  const now = new Date(nowMs);
  const shows = (ms: number): boolean => {
    const at = new Date(ms);
    return at.getHours() === hours && at.getMinutes() === minutes;
  };
  for (let day = now.getDate(); ; day--) {
    const firstMs = new Date(now.getFullYear(), now.getMonth(), day, hours, minutes, seconds).getTime();
    const last = PUT_BACK_MS.map((ms) => firstMs + ms).find((ms) => ms <= nowMs && shows(ms));
    if (last !== undefined) return last;
  }
}

/** `--since` and `--until`. @throws TerminalError for what is no span */
export function spanOf(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  { usualMs, nowMs }: { readonly usualMs: number; readonly nowMs: number },
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = until === undefined ? nowMs : momentMs(until, '--until', nowMs);
  const fromMs = since === undefined ? toMs - usualMs : momentMs(since, '--since', nowMs);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new TerminalError('--since must be before --until');
}
