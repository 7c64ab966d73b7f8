// What the page makes of the operator's sentences: numbers and times as its reader has them.

import { describe, expect, it } from 'vitest';

const format = (await import(
  new URL('../../../../src/server/page/dashboard/format.js', import.meta.url).href
)) as {
  local(text: string, nowMs?: number): string;
  time(atMs: number): string;
};

const NOON = Date.parse('2026-06-15T12:00:00Z');

describe('times in sentences', () => {
  it('are of the kind that stands beside them', () => {
    const text = 'a person set 4; kept until 2026-06-15T12:10:00Z';
    expect(format.local(text, NOON)).toBe(`a person set 4; kept until ${format.time(NOON + 600_000)}`);
  });

  it('name the day when it is another one', () => {
    const later = format.local('until 2026-06-20T12:00:00.000Z (launch)', NOON);
    expect(later).toMatch(/^until \d\d:\d\d:\d\d on 20 Jun \(launch\)$/);
  });

  it.each(['no time', 'main@sha1:0123', '2026-06-15', ''])('%j stays as it is', (text) => {
    expect(format.local(text, NOON)).toBe(text);
  });
});
