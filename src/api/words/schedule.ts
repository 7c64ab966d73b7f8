// api: schedules in words.

import type { ScheduleStatus } from '../status.ts';

/** `min 5, max 20 until 17:00 UTC; next min 2 from …`; times as `when` writes them. */
export function scheduleText({ inForce, next }: ScheduleStatus, when: (rfc3339: string) => string): string {
  const now = inForce.map(({ until, ...bounds }) => `${boundsText(bounds)} until ${when(until)}`);
  const then = next === undefined ? [] : [`next ${boundsText(next)} from ${when(next.from)}`];
  return [...(now.length === 0 ? ['none in force'] : now), ...then].join('; ');
}

function boundsText({ min, max }: { readonly min?: number; readonly max?: number }): string {
  return [...(min === undefined ? [] : [`min ${min}`]), ...(max === undefined ? [] : [`max ${max}`])].join(
    ', ',
  );
}
