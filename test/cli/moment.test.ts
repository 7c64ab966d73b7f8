// Moments as people name them.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { momentMs, spanOf } from '../../src/cli/client/moment.ts';

const NOW = new Date(2026, 10, 29, 2, 30, 0).getTime();
const local = (day: number, hours: number, minutes: number, seconds = 0): number =>
  new Date(2026, 10, day, hours, minutes, seconds).getTime();

it.each([
  ['now', NOW],
  ['-30s', NOW - 30_000],
  ['2h', NOW - 7_200_000],
  ['02:10', local(29, 2, 10)],
  ['02:10:05', local(29, 2, 10, 5)],
  ['23:59', local(28, 23, 59)],
  ['2:30', NOW],
  ['2026-11-29T02:10:00Z', Date.UTC(2026, 10, 29, 2, 10)],
  ['2026-11-29T02:10:00+01:00', Date.UTC(2026, 10, 29, 1, 10)],
])('reads %s', (text, ms) => {
  expect(momentMs(text, '--at', NOW)).toBe(ms);
});

describe('where clocks are put forward and back', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['Europe/Berlin', '02:30', '2026-03-29T01:00:00+01:00', '2026-03-28T02:30:00+01:00'],
    ['Europe/Berlin', '02:30', '2026-03-29T12:00:00+02:00', '2026-03-28T02:30:00+01:00'],
    ['Europe/Berlin', '03:30', '2026-03-29T12:00:00+02:00', '2026-03-29T03:30:00+02:00'],
    ['Europe/Berlin', '13:00', '2026-03-29T12:00:00+02:00', '2026-03-28T13:00:00+01:00'],
    ['Europe/Berlin', '02:30', '2026-10-25T02:15:00+01:00', '2026-10-25T02:30:00+02:00'],
    ['Europe/Berlin', '02:30', '2026-10-25T02:45:00+01:00', '2026-10-25T02:30:00+01:00'],
    ['Europe/Berlin', '02:30', '2026-10-25T02:15:00+02:00', '2026-10-24T02:30:00+02:00'],
    ['Europe/Berlin', '13:00', '2026-10-25T12:00:00+01:00', '2026-10-24T13:00:00+02:00'],
    ['Australia/Lord_Howe', '01:45', '2026-04-05T06:00:00+10:30', '2026-04-05T01:45:00+10:30'],
    ['Antarctica/Troll', '01:30', '2026-10-25T02:00:00Z', '2026-10-25T01:30:00Z'],
    ['Antarctica/Troll', '01:30', '2026-10-25T01:10:00Z', '2026-10-25T01:30:00+02:00'],
    ['Europe/Berlin', '23:30', '2027-01-01T00:15:00+01:00', '2026-12-31T23:30:00+01:00'],
    ['Pacific/Auckland', '23:30', '2028-03-01T00:15:00+13:00', '2028-02-29T23:30:00+13:00'],
  ])('in %s, reads %s at %s as %s', (zone, text, now, moment) => {
    vi.stubEnv('TZ', zone);
    expect(new Date(momentMs(text, '--at', Date.parse(now)))).toEqual(new Date(moment));
  });
});

it.each(['', '25:00', 'yesterday', '10', '2026-13-45', '--30s'])('refuses %j with what it may be', (text) => {
  expect(() => momentMs(text, '--at', NOW)).toThrow(/--at: .* is no moment; say 02:10, -30s, 2h or /);
});

it('takes the span that it is given, up to now', () => {
  expect(spanOf({ since: '2h' }, { usualMs: 1_000, nowMs: NOW })).toEqual({
    fromMs: NOW - 7_200_000,
    toMs: NOW,
  });
  expect(spanOf({ until: '1h' }, { usualMs: 1_000, nowMs: NOW }).fromMs).toBe(NOW - 3_601_000);
  expect(() => spanOf({ since: '1h', until: '2h' }, { usualMs: 1, nowMs: NOW })).toThrow('before');
});
