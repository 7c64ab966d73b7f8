// app: KEDA's `cron` trigger, which is a schedule here.

import { cronComplaint, startsOf } from '../../../../api/rules/cron.ts';
import { type Imported, none, type Trigger } from './trigger.ts';

/** A start and an end are a start and a length, where that is the same every time. */
export function cron({ metadata }: Trigger): Imported {
  const [start, end, timezone] = [metadata.text('start'), metadata.text('end'), metadata.text('timezone')];
  const min = metadata.number('desiredReplicas');
  if (start === undefined || end === undefined || timezone === undefined || min === undefined)
    return none('it lacks start, end, timezone or desiredReplicas');
  for (const expression of [start, end]) {
    const complaint = cronComplaint({ cron: expression, timezone });
    if (complaint !== undefined) return none(`${complaint.field} ${complaint.wrong}`);
  }
  const lengths = lengthsOf(start, end);
  const [lengthMs, ...others] = lengths;
  if (lengthMs === undefined || others.length > 0)
    return none('its end does not come the same time after each start: write a schedule for each length');
  return {
    kind: 'schedule',
    schedule: { cron: start, timezone, for: `${Math.round(lengthMs / 60_000)}m`, min },
  };
}

const LOOKED_AT = 60;

function lengthsOf(start: string, end: string): readonly number[] {
  // Where no clock is put forward or back: that is no difference that anybody meant.
  const [starts, ends] = [
    startsOf({ cron: start, timezone: 'UTC' }),
    startsOf({ cron: end, timezone: 'UTC' }),
  ];
  const lengths = new Map<number, number>();
  let at = starts.after(Date.UTC(2026, 0, 5));
  for (let i = 0; i < LOOKED_AT && at !== undefined; i++) {
    const until = ends.after(at);
    if (until === undefined) break;
    lengths.set(until - at, (lengths.get(until - at) ?? 0) + 1);
    at = starts.after(at);
  }
  return [...lengths.keys()];
}
