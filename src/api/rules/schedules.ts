// api: the rules of an app's schedules.

import type { AppSpec } from '../policy.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import { cronComplaint } from './cron.ts';
import { type Partly, present } from './partly.ts';

/** @param pointer the app's own */
export function checkSchedules(
  { schedules, instances }: Partly<AppSpec>,
  pointer: string,
): readonly Finding[] {
  return present(schedules).flatMap(([schedule, i]) => {
    const place = below(pointer, 'schedules', i);
    const { cron, timezone = 'UTC', min, max } = schedule;
    const findings: Finding[] = [];
    const complaint = cron === undefined ? undefined : cronComplaint({ cron, timezone });
    if (complaint !== undefined) {
      const at = below(place, complaint.field);
      findings.push(error(at, `${showPath(at)} ${complaint.wrong}`));
    }
    if (min === undefined && max === undefined)
      findings.push(error(place, `${showPath(place)} changes nothing: give min, max or both`));
    const [least, most] = [min ?? instances?.min ?? 0, max ?? instances?.max];
    if (most !== undefined && least > most) {
      const of = max === undefined ? 'instances.max' : 'its max';
      const at = below(place, min === undefined ? 'max' : 'min');
      findings.push(error(at, `${showPath(at)}: min ${least} is greater than ${of} ${most}: give both`));
    }
    return findings;
  });
}
