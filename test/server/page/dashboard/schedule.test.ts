// Which bounds hold at times, as the page tells it.

import { describe, expect, it } from 'vitest';

const page = (path: string) =>
  import(new URL(`../../../../src/server/page/dashboard/${path}`, import.meta.url).href);
const { scheduleText } = (await page('parts/schedule.js')) as {
  scheduleText(schedule: object, nowMs: number): string;
};
const { time } = (await page('format.js')) as { time(atMs: number): string };

/** Where the test runs, as the page's reader has it. */
const NOON = new Date(2026, 5, 15, 12).getTime();
const SOON = NOON + 60_000;

describe('schedules', () => {
  it('tell what is in force, and what comes next', () => {
    const inForce = [
      { min: 2, untilMs: SOON },
      { min: 1, max: 9, untilMs: SOON },
    ];
    expect(scheduleText({ inForce, next: { max: 4, atMs: SOON } }, NOON)).toBe(
      `min 2 until ${time(SOON)}; min 1, max 9 until ${time(SOON)}; next max 4 from ${time(SOON)}`,
    );
  });

  it('tell what comes next while none is in force, with its day where that is not today', () => {
    const atMs = new Date(2026, 5, 20, 8, 30).getTime();
    expect(scheduleText({ inForce: [], next: { min: 3, atMs } }, NOON)).toBe(
      'next min 3 from 08:30:00 on 20 Jun',
    );
  });

  it('say nothing where nothing comes', () => {
    expect(scheduleText({ inForce: [] }, NOON)).toBe('');
  });
});
