// Moments as people name them.

import { expect, it } from 'vitest';
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
