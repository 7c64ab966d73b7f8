import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../src/app/policies/schema.ts';

function problemsOf(schedule: object, app: object = {}): readonly string[] {
  const document = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 10 },
      apps: [
        {
          name: 'front',
          priority: 1,
          instances: { min: 1, max: 8 },
          targets: [{ queueLength: 5, metric: { random: { max: 3 } } }],
          app: { cmd: 'sleep 1', cpus: 0.1, mem: 16 },
          schedules: [schedule],
          ...app,
        },
      ],
    },
  };
  return loadPolicies(JSON.stringify(document), 'f').problems.map(
    ({ pointer, message }) => `${pointer} ${message}`,
  );
}

const at = '/spec/apps/0/schedules/0';

describe('a schedule', () => {
  it.each([
    { cron: '0 8 * * 1-5', timezone: 'Europe/Berlin', for: '9h', min: 5 },
    { cron: '0 8 * * MON-FRI', for: '90m', max: 4 },
    { cron: '*/5 * L * *', for: '1m', min: 2, max: 20 },
  ])('is accepted: %j', (schedule) => {
    expect(problemsOf(schedule)).toEqual([]);
  });

  it.each([
    [{ cron: '0 8 * *', for: '1h', min: 2 }, `${at}/cron`, 'is not five cron fields such as 0 8 * * 1-5'],
    [{ cron: '0 25 * * *', for: '1h', min: 2 }, `${at}/cron`, 'is not five cron fields'],
    [{ cron: '0 0 30 2 *', for: '1h', min: 2 }, `${at}/cron`, 'never comes'],
    [
      { cron: '0 8 * * *', timezone: 'Berlin', for: '1h', min: 2 },
      `${at}/timezone`,
      'is not a time zone of the IANA',
    ],
    [{ cron: '0 8 * * *', for: '0s', min: 2 }, `${at}/for`, ''],
    [{ cron: '0 8 * * *', for: '1h' }, at, 'changes nothing: give min, max or both'],
    [
      { cron: '0 8 * * *', for: '1h', min: 9 },
      `${at}/min`,
      'min 9 is greater than instances.max 8: give both',
    ],
    [{ cron: '0 8 * * *', for: '1h', max: 0 }, `${at}/max`, 'min 1 is greater than its max 0: give both'],
    [{ cron: '0 8 * * *', for: '1h', min: 5, max: 4 }, `${at}/min`, 'min 5 is greater than its max 4'],
  ])('%j is refused with its place', (schedule, place, why) => {
    const problems = problemsOf(schedule);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${place} `);
    expect(problems[0]).toContain(why);
  });

  it('does not go with a count that is left to people', () => {
    const fixed = { instances: { fixed: 2 }, priority: undefined, targets: undefined };
    expect(problemsOf({ cron: '0 8 * * *', for: '1h', min: 2 }, fixed).join()).toContain(
      'excludes schedules',
    );
  });
});
