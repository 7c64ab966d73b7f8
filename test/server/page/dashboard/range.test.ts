// Which span of the past the charts show after somebody zooms and pans.

import { afterEach, describe, expect, it, vi } from 'vitest';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const range = (await import(
  new URL('../../../../src/server/page/dashboard/charts/range.js', import.meta.url).href
)) as {
  fixedSpan(): Span | undefined;
  within(span: Span, nowMs: number): Span;
  zoomed(span: Span, factor: number): Span;
  moved(span: Span, part: number): Span;
  liveAxis(times: readonly number[], seconds: number): [number, number];
  replayCommand(key: string, span: Span): string;
};

const NOW = 10_000_000_000;
const MINUTE = { fromMs: NOW - 120_000, toMs: NOW - 60_000 };

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a span of the past', () => {
  it.each([
    { search: '?from=60000&to=120000', span: { fromMs: 60_000, toMs: 120_000 } },
    {
      search: '?from=1970-01-01T00:01:00Z&to=1970-01-01T00:02:00Z',
      span: { fromMs: 60_000, toMs: 120_000 },
    },
    { search: '?from=1970-01-01T00:02:00Z&to=60000', span: undefined },
    { search: '?from=yesterday&to=120000', span: undefined },
    { search: '', span: undefined },
  ])('is read from the address $search', ({ search, span }) => {
    vi.stubGlobal('location', { search });
    expect(range.fixedSpan()).toEqual(span);
  });

  it.each([
    { name: 'stays as it is', span: MINUTE, want: MINUTE },
    {
      name: 'ends at the latest now, as long as it was',
      span: { fromMs: NOW - 30_000, toMs: NOW + 30_000 },
      want: { fromMs: NOW - 60_000, toMs: NOW },
    },
    {
      name: 'has ten seconds at least, around the same moment',
      span: { fromMs: NOW - 60_010, toMs: NOW - 60_000 },
      want: { fromMs: NOW - 65_005, toMs: NOW - 55_005 },
    },
  ])('$name', ({ span, want }) => {
    expect(range.within(span, NOW)).toEqual(want);
  });

  it('is no longer than a month', () => {
    const { fromMs, toMs } = range.within({ fromMs: 0, toMs: NOW }, NOW);
    expect((toMs - fromMs) / 86_400_000).toBe(31);
  });

  it.each([
    ['default/orders', 'orders'],
    ['shop/orders', 'orders -n shop'],
  ])('of %s is replayed by a command', (key, where) => {
    expect(range.replayCommand(key, { fromMs: 0, toMs: 60_000 })).toBe(
      `microscaling replay ${where} --since 1970-01-01T00:00:00.000Z --until 1970-01-01T00:01:00.000Z -f new.yaml`,
    );
  });

  it('keeps its middle when it is zoomed, and its length when it is moved', () => {
    expect(range.zoomed(MINUTE, 2)).toEqual({ fromMs: NOW - 150_000, toMs: NOW - 30_000 });
    expect(range.moved(MINUTE, -0.5)).toEqual({ fromMs: NOW - 150_000, toMs: NOW - 90_000 });
  });
});

describe('the time of charts that move on', () => {
  it.each([
    {
      name: 'begins with the first moment, and has room for half a minute',
      times: [100, 103],
      axis: [100, 130],
    },
    { name: 'grows with the line from then on', times: [100, 131], axis: [100, 131] },
    { name: 'moves on when it has its length', times: [100, 420], axis: [120, 420] },
    { name: 'is empty before anything is known', times: [], axis: [0, 30] },
  ])('$name', ({ times, axis }) => {
    expect(range.liveAxis(times, 300)).toEqual(axis);
  });

  it('never moves by more than a second at once, so that nothing jumps under the pointer', () => {
    let [start, end] = range.liveAxis([0, 1], 60);
    for (let now = 2; now < 200; now++) {
      const [nextStart, nextEnd] = range.liveAxis([Math.max(0, now - 900), now], 60);
      expect([nextStart - start, nextEnd - end].every((by) => by >= 0 && by <= 1)).toBe(true);
      [start, end] = [nextStart, nextEnd];
    }
  });
});
