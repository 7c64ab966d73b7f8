// What the page makes of the operator's sentences: numbers and times as its reader has them.

import { describe, expect, it } from 'vitest';

const format = (await import(
  new URL('../../../../src/server/page/dashboard/format.js', import.meta.url).href
)) as {
  local(text: string, nowMs?: number): string;
};

/** Where the test runs, as the page's reader has it. */
const NOON = new Date(2026, 5, 15, 12).getTime();

describe('times in sentences', () => {
  it('are of the kind that stands beside them', () => {
    const text = `a person set 4; kept until ${new Date(NOON + 600_000).toISOString()}`;
    expect(format.local(text, NOON)).toBe('a person set 4; kept until 12:10:00');
  });

  it.each([
    ['when it is another one', new Date(2026, 5, 20, 12), '12:00:00 on 20 Jun'],
    ['after the turn of the day', new Date(2026, 5, 16, 0, 0, 1), '00:00:01 on 16 Jun'],
    ['with its year when it is the same one next year', new Date(2027, 5, 15, 12), '12:00:00 on 15 Jun 2027'],
  ])('name the day %s', (_, at, shown) => {
    expect(format.local(`until ${at.toISOString()} (launch)`, NOON)).toBe(`until ${shown} (launch)`);
  });

  it.each(['no time', 'main@sha1:0123', '2026-06-15', ''])('%j stays as it is', (text) => {
    expect(format.local(text, NOON)).toBe(text);
  });
});
