import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleSpec } from '../../../src/api/policy.ts';
import { scheduledAt } from '../../../src/controller/round/schedules.ts';
import { anAppSpec } from '../../support/builders.ts';

const OFFICE: ScheduleSpec = { cron: '0 8 * * 1-5', timezone: 'Europe/Berlin', for: '9h', min: 5, max: 20 };

function at(time: string, ...schedules: readonly ScheduleSpec[]): ReturnType<typeof scheduledAt> {
  return scheduledAt(anAppSpec({ instances: { min: 1, max: 10 }, schedules }), Date.parse(time));
}

describe('the bounds of an app with schedules', () => {
  it.each([
    // Monday, 8 o'clock in Berlin is 7 in UTC.
    ['2026-01-05T06:59:59.999Z', { min: 1, max: 10 }],
    ['2026-01-05T07:00:00Z', { min: 5, max: 20 }],
    ['2026-01-05T15:59:59.999Z', { min: 5, max: 20 }],
    ['2026-01-05T16:00:00Z', { min: 1, max: 10 }],
    // Sunday.
    ['2026-01-04T09:00:00Z', { min: 1, max: 10 }],
    // In summer 8 o'clock is 6 in UTC.
    ['2026-07-06T06:00:00Z', { min: 5, max: 20 }],
  ])('at %s are %j', (time, bounds) => {
    expect(at(time, OFFICE).spec.instances).toEqual(bounds);
  });

  it('say until when they hold, and what comes next', () => {
    expect(at('2026-01-05T12:00:00Z', OFFICE).view).toEqual({
      inForce: [
        {
          cron: '0 8 * * 1-5',
          timezone: 'Europe/Berlin',
          min: 5,
          max: 20,
          untilMs: Date.parse('2026-01-05T16:00:00Z'),
        },
      ],
      next: {
        cron: '0 8 * * 1-5',
        timezone: 'Europe/Berlin',
        min: 5,
        max: 20,
        atMs: Date.parse('2026-01-06T07:00:00Z'),
      },
    });
    expect(at('2026-01-05T20:00:00Z', OFFICE).view.inForce).toEqual([]);
  });

  it('are the largest of those in force', () => {
    const rush = { cron: '0 10 * * *', timezone: 'UTC', for: '1h', min: 8 };
    const night = { cron: '0 0 * * *', timezone: 'UTC', for: '24h', min: 2, max: 4 };
    expect(at('2026-01-05T10:30:00Z', OFFICE, rush, night).spec.instances).toEqual({ min: 8, max: 20 });
    expect(at('2026-01-05T20:30:00Z', OFFICE, rush, night).spec.instances).toEqual({ min: 2, max: 4 });
  });

  it('may be lower than the app has by itself', () => {
    const night = { cron: '0 20 * * *', timezone: 'UTC', for: '8h', min: 0, max: 0 };
    expect(at('2026-01-05T21:00:00Z', night).spec.instances).toEqual({ min: 0, max: 0 });
  });

  it('overlap themselves when they last longer than until the next start', () => {
    const always = { cron: '0 * * * *', timezone: 'UTC', for: '90m', min: 3 };
    const { view } = at('2026-01-05T10:15:00Z', always);
    expect(view.inForce).toMatchObject([{ min: 3, untilMs: Date.parse('2026-01-05T11:30:00Z') }]);
    expect(view.next).toMatchObject({ atMs: Date.parse('2026-01-05T11:00:00Z') });
  });
});

describe('schedules over a change of the clocks', () => {
  // In Berlin 02:00 to 03:00 do not exist on 29 March 2026, and come twice on 25 October.
  it('a start that is skipped comes when the skipped hour is over', () => {
    const early = { cron: '30 2 * * *', timezone: 'Europe/Berlin', for: '1h', min: 7 };
    expect(at('2026-03-29T00:59:00Z', early).spec.instances.min).toBe(1);
    expect(at('2026-03-29T01:31:00Z', early).spec.instances.min).toBe(7);
    expect(at('2026-03-30T00:31:00Z', early).spec.instances.min).toBe(7);
  });

  it('a start that comes twice holds once from the first on', () => {
    const early = { cron: '30 2 * * *', timezone: 'Europe/Berlin', for: '30m', min: 7 };
    expect(at('2026-10-25T00:31:00Z', early).spec.instances.min).toBe(7);
    expect(at('2026-10-25T01:31:00Z', early).spec.instances.min).toBe(1);
  });

  it('a length is one of time that passes, not of the clock on the wall', () => {
    const night = { cron: '0 22 * * *', timezone: 'Europe/Berlin', for: '8h', min: 7 };
    // 22:00 on the 28th is 21:00 in UTC; eight hours later it is 7 in Berlin.
    expect(at('2026-03-29T04:59:00Z', night).spec.instances.min).toBe(7);
    expect(at('2026-03-29T05:00:00Z', night).spec.instances.min).toBe(1);
  });
});

it('are the same whether worked out anew or kept from the last look', () => {
  const schedules = [
    OFFICE,
    { cron: '*/7 * * * *', timezone: 'America/New_York', for: '3m', min: 6 },
    { cron: '0 0 * * *', timezone: 'Australia/Lord_Howe', for: '2h', max: 12 },
  ];
  const kept = anAppSpec({ instances: { min: 1, max: 10 }, schedules });
  const start = Date.parse('2026-03-28T00:00:00Z');
  fc.assert(
    fc.property(fc.array(fc.nat(3 * 86_400_000), { minLength: 1, maxLength: 6 }), (offsets) => {
      for (const offset of offsets) {
        const anew = scheduledAt({ ...kept }, start + offset);
        const again = scheduledAt(kept, start + offset);
        expect(again.spec.instances).toEqual(anew.spec.instances);
        expect(again.view).toEqual(anew.view);
      }
    }),
  );
});
