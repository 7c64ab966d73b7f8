// api: cron expressions in a time zone.

import { Cron } from 'croner';
import type { ScheduleSpec } from '../policy.ts';

type When = Pick<ScheduleSpec, 'cron' | 'timezone'>;

/** What is wrong with a schedule's time, and with which of its fields; undefined when nothing is. */
export function cronComplaint(
  when: When,
): { readonly field: 'cron' | 'timezone'; readonly wrong: string } | undefined {
  if (!isTimezone(when.timezone))
    return {
      field: 'timezone',
      wrong: 'is not a time zone of the IANA database, such as Europe/Berlin or UTC',
    };
  try {
    if (parse(when).nextRuns(1).length > 0) return undefined;
    return { field: 'cron', wrong: 'never comes' };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
    return { field: 'cron', wrong: `is not five cron fields such as 0 8 * * 1-5: ${why}` };
  }
}

/** Starts of a schedule that is valid, one after the other. Its clock's skipped hours start when they are over. */
export function startsOf(when: When): { readonly after: (ms: number) => number | undefined } {
  const cron = parse(when);
  return { after: (ms) => cron.nextRun(new Date(ms))?.getTime() };
}

function parse({ cron, timezone }: When): Cron {
  return new Cron(cron, { timezone, mode: '5-part', paused: true });
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
