import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TRACES, traceCurve, tracePath } from '../../../bench/suite/trace-set.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { parseTrace, recordedCurve, scaledCurve } from '../../../src/simulator/load/trace.ts';

const timed = 'timestamp,value\n2014-07-01 00:00:00,10\n2014-07-01 00:05:00,20\n2014-07-01 00:10:00,30\n';

describe('parseTrace', () => {
  it.each([
    {
      name: 'counts at equal distance',
      text: timed,
      options: {},
      expected: { intervalS: 300, counts: [10, 20, 30] },
    },
    {
      name: 'Windows line ends',
      text: timed.replaceAll('\n', '\r\n'),
      options: {},
      expected: { intervalS: 300, counts: [10, 20, 30] },
    },
    {
      name: 'quoted fields',
      text: '\uFEFF"timestamp","value"\r\n"2014-07-01 00:00:00","10"\r\n"2014-07-01 00:05:00", "20" ,"a ""b"", c"\r\n2014-07-01 00:10:00,"30"',
      options: {},
      expected: { intervalS: 300, counts: [10, 20, 30] },
    },
    {
      name: 'another length of a row',
      text: timed,
      options: { intervalS: 20 },
      expected: { intervalS: 20, counts: [10, 20, 30] },
    },
    {
      name: 'some rows',
      text: timed,
      options: { from: 1, rows: 2 },
      expected: { intervalS: 300, counts: [20, 30] },
    },
    {
      name: 'one row per request, counted by the second',
      text: 'TIMESTAMP,tokens\n2023-11-16 18:15:46.6805900,374\n2023-11-16 18:15:46.9,1\n2023-11-16 18:15:49.0,7\n',
      options: {},
      expected: { intervalS: 1, counts: [2, 0, 1] },
    },
    {
      name: 'one row per request, counted more coarsely',
      text: 'TIMESTAMP\n2023-11-16T18:15:46Z\n2023-11-16T18:15:47Z\n2023-11-16T18:16:49Z\n',
      options: { intervalS: 60 },
      expected: { intervalS: 60, counts: [2, 1] },
    },
    {
      name: 'nothing but counts',
      text: 'count\n5\n6\n',
      options: { intervalS: 60 },
      expected: { intervalS: 60, counts: [5, 6] },
    },
    {
      name: 'seconds as times, without a heading',
      text: '0,5\n60,6\n120,7',
      options: {},
      expected: { intervalS: 60, counts: [5, 6, 7] },
    },
  ])('reads $name', ({ text, options, expected }) => {
    expect(parseTrace(text, 't.csv', options)).toEqual(expected);
  });

  it.each([
    { name: 'an empty file', text: '', words: 't.csv: no rows' },
    { name: 'a heading alone', text: 'timestamp,value\n', words: 't.csv: no rows' },
    {
      name: 'a word for a count',
      text: timed.replace(',20\n', ',many\n'),
      words: "t.csv:3: 'many' is not a count, 0 or more",
    },
    { name: 'a negative count', text: timed.replace(',20', ',-20'), words: "t.csv:3: '-20' is not a count" },
    { name: 'a missing count', text: timed.replace(',20', ''), words: "t.csv:3: '' is not a count" },
    {
      name: 'a word for a time',
      text: timed.replace('2014-07-01 00:05:00', 'noon'),
      words: "t.csv:3: 'noon' is not a time",
    },
    { name: 'a time that does not exist', text: timed.replace('00:05:00', '00:61:00'), words: 't.csv:3' },
    {
      name: 'time that runs backwards',
      text: timed.replace('00:10:00', '00:01:00'),
      words: 't.csv:4: earlier than the row before it',
    },
    { name: 'counts without an interval', text: '1\n2\n', words: '--trace-interval' },
    {
      name: 'requests over years',
      text: '2014-07-01 00:00:00\n2014-07-01 00:00:01\n2020-07-01 00:00:00\n',
      words: 'longer one with --trace-interval',
    },
  ])('refuses $name', ({ text, words }) => {
    expect(() => parseTrace(text, 't.csv')).toThrow(TerminalError);
    expect(() => parseTrace(text, 't.csv')).toThrow(words);
  });
});

describe('scaledCurve', () => {
  it('puts the 99.5th percentile at 75 % of the capacity and lasts as long as its rows', () => {
    const counts = Array.from({ length: 1000 }, (_, i) => i);
    const curve = scaledCurve({ intervalS: 2, counts }, 200);
    expect(curve.steps).toBe(20_000);
    expect(curve.rate[995 * 20]).toBeCloseTo(150, 9);
    expect(curve.rate[100 * 20 + 19]).toBe(curve.rate[100 * 20]);
  });

  it('is silence for a trace of nothing', () => {
    expect(Math.max(...scaledCurve({ intervalS: 1, counts: [0, 0] }, 200).rate)).toBe(0);
  });
});

describe('recordedCurve', () => {
  it('has as many messages arrive in an interval as were counted in it', () => {
    const { rate, steps } = recordedCurve({ intervalS: 2, counts: [10, 0, 30] }, 1);
    expect(steps).toBe(60);
    expect([rate[0], rate[19], rate[20], rate[40]]).toEqual([5, 5, 0, 15]);
  });

  it('has so many times as many arrive, whatever the pool could serve', () => {
    const trace = { intervalS: 1, counts: [4] };
    expect(recordedCurve(trace, 2.5).rate[0]).toBe(10);
    expect(recordedCurve(trace, 1).rate).not.toEqual(scaledCurve(trace, 200).rate);
  });
});

describe('the traces that come along', () => {
  const pinned = new Map(
    [...readFileSync(tracePath('README.md'), 'utf8').matchAll(/`([^`]+\.csv)`.*`([0-9a-f]{64})`/g)].map(
      (m) => [m[1], m[2]],
    ),
  );

  it('are pinned in their README, every one', () => {
    const dir = tracePath('README.md').replace(/README\.md$/, '');
    const files = readdirSync(dir).filter((name) => name.endsWith('.csv'));
    expect([...pinned.keys()].sort()).toEqual(files.sort());
    for (const file of files)
      expect(
        createHash('sha256')
          .update(readFileSync(tracePath(file)))
          .digest('hex'),
      ).toBe(pinned.get(file));
  });

  it.each([
    { name: 'worldcup', hours: 8 },
    { name: 'aapl', hours: 4.8 },
    { name: 'elb', hours: 4.8 },
    { name: 'taxi', hours: 5.6 },
    { name: 'llm', hours: 0.975 },
  ] as const)('$name lasts $hours h and stays within what can be served, mostly', ({ name, hours }) => {
    const { steps, rate } = traceCurve(name, 200);
    expect(steps / 36_000).toBeCloseTo(hours, 2);
    const sorted = rate.toSorted();
    expect(sorted[Math.floor(0.99 * steps)]).toBeLessThanOrEqual(150 + 1e-9);
    expect(sorted[Math.floor(0.999 * steps)]).toBeGreaterThan(130);
  });

  it('are all there are', () => {
    expect([...TRACES].sort()).toEqual(['aapl', 'elb', 'llm', 'taxi', 'worldcup']);
  });
});
