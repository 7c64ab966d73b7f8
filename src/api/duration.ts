// api: durations as written in a policy, `500ms`, `10s`, `5m`, `1h`.

import type { Duration } from './policy.ts';

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Zero allowed. Kubernetes' RE2 and JavaScript read it alike. */
export const DURATION_PATTERN = '^[0-9]+(ms|s|m|h)$';
/** Longer than nothing. */
export const POSITIVE_DURATION_PATTERN = '^0*[1-9][0-9]*(ms|s|m|h)$';
/** Keeps every duration a safe integer of milliseconds: at most 99,999,999 hours. */
export const MAX_DURATION_LENGTH = 9;

/** Every round asks for the same few again. */
const known = new Map<Duration, number>();
const MOST_KNOWN = 1_000;

/** Milliseconds of a duration that validation has passed; throws RangeError on anything else. */
export function durationMs(duration: Duration): number {
  const ms = known.get(duration);
  if (ms !== undefined) return ms;
  const read = readDuration(duration);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(duration, read);
  return read;
}

function readDuration(duration: Duration): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(duration);
  const unit = match?.[2] as keyof typeof MS_PER_UNIT | undefined;
  if (match?.[1] === undefined || unit === undefined) {
    throw new RangeError(`'${duration}' is not a duration such as 500ms, 10s, 5m or 1h`);
  }
  return Number(match[1]) * MS_PER_UNIT[unit];
}

/** Milliseconds as a policy would say them, in the largest unit that is exact. */
export function durationText(ms: number): Duration {
  if (ms % MS_PER_UNIT.h === 0) return `${ms / MS_PER_UNIT.h}h`;
  if (ms % MS_PER_UNIT.m === 0) return `${ms / MS_PER_UNIT.m}m`;
  return ms % MS_PER_UNIT.s === 0 ? `${ms / MS_PER_UNIT.s}s` : `${ms}ms`;
}

export function isDuration(text: string): boolean {
  return new RegExp(DURATION_PATTERN).test(text) && text.length <= MAX_DURATION_LENGTH;
}
