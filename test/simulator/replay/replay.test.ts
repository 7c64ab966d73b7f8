// A replay of what the real recorder wrote: the same policy asks for what was asked for, to the instance; another one is
// judged by the recorded arrivals.

import { expect, it } from 'vitest';
import { type RecordedRound, roundsOf } from '../../../src/recorder/read/rounds.ts';
import type { Candidate } from '../../../src/simulator/replay/candidate.ts';
import { replayRecord } from '../../../src/simulator/replay/replay.ts';
import { rangesOf, resultOf } from '../../../src/simulator/replay/result.ts';
import { replayText } from '../../../src/simulator/replay/text.ts';
import { T0 } from '../../support/builders.ts';
import { CONSUMER, type Day, PER_INSTANCE_S, POLICY, recordDay } from './recorded-day.ts';

const DAY_MS = 24 * 3_600_000;
const never = new AbortController().signal;

function roundsIn(
  { reader }: Day,
  span: { readonly fromMs: number; readonly toMs: number },
): AsyncGenerator<RecordedRound> {
  return roundsOf(reader, { policy: POLICY, ...span }, { note: () => undefined, signal: never });
}

it('asks with the same policy for the recorded counts of a simulated day, to the instance', async () => {
  const day = await recordDay({ lastsMs: DAY_MS, interval: '20s', waveMs: 6 * 3_600_000 });
  const span = { fromMs: T0, toMs: T0 + DAY_MS };
  const replayed = await replayRecord(roundsIn(day, span), { candidate: {}, ...span });
  expect(replayed.parting).toBeUndefined();
  expect(replayed.notes).toEqual([]);
  expect(replayed.rounds).toBeGreaterThan(4_000);
  const actual = new Map(day.counts.map(({ atMs, requested }) => [atMs, requested]));
  const compared = replayed.asked.flatMap(({ atMs, app, to }) => {
    const there = actual.get(atMs)?.[app];
    return there === undefined ? [] : [{ atMs, app, to, there }];
  });
  expect(compared.length).toBeGreaterThan(8_000);
  expect(compared.filter(({ to, there }) => to !== there)).toEqual([]);
  expect(new Set(compared.filter(({ app }) => app === CONSUMER).map(({ to }) => to)).size).toBeGreaterThan(5);
  const { rows } = resultOf(replayed, { policy: POLICY, ...span });
  expect({ ...rows[1], who: 'recorded' }).toEqual(rows[0]);
});

const HOUR = { lastsMs: 40 * 60_000, interval: '1s', waveMs: 10 * 60_000 } as const;

async function hourWith(
  candidate: Candidate,
  { counts, modelled = false }: { readonly counts: boolean | 'taken'; readonly modelled?: boolean },
) {
  const day = await recordDay({ ...HOUR, counts });
  const span = { fromMs: T0 + 60_000, toMs: T0 + HOUR.lastsMs };
  const replayed = await replayRecord(roundsIn(day, span), { candidate, modelled, ...span });
  return { replayed, result: resultOf(replayed, { policy: POLICY, ...span }) };
}

it.each([{ counts: true }, { counts: 'taken' }, { counts: false }] as const)(
  'models what another target would have had (counters: $counts)',
  async ({ counts }) => {
    const change: Candidate['change'] = (app) => ({
      ...app,
      ...(app.targets && { targets: app.targets.map((target) => ({ ...target, queueLength: 400 })) }),
    });
    const { replayed, result } = await hourWith({ change }, { counts });
    const [recorded, tried] = result.rows;
    // What was before the span only lets `decide` remember.
    expect(result.parting?.atMs).toBeGreaterThanOrEqual(T0 + 60_000);
    expect(result.parting?.why).toMatch(/: \d+ in the place of \d+/);
    const { perS } = replayed.service.get(CONSUMER) ?? { perS: 0 };
    expect(Math.abs(perS - PER_INSTANCE_S)).toBeLessThan((counts === 'taken' ? 0.1 : 0.35) * PER_INSTANCE_S);
    // A longer queue needs fewer changes, and leaves the remainder no less.
    expect(tried.remainderMinutes).toBeGreaterThan(recorded.remainderMinutes);
    expect(result.ranges?.V?.[0]).toBeLessThanOrEqual(tried.V);
    const text = replayText(result, 'table');
    expect(text).toMatch(/recorded +[\d.]+.*\nreplayed +[\d.]+/);
    const figures = Object.keys(result.ranges ?? {});
    expect(figures).toEqual(
      expect.arrayContaining(['V', 'R', 'changesPerMin', 'reversalsPerMin', 'p95WaitS']),
    );
    expect(text).toMatch(
      /to start and [\d.]+ s \((mean of \d+ seen|assumed, none was seen to stop)\) to stop/,
    );
  },
);

it('says no range of a figure that nobody has, as R where there is no remainder', async () => {
  const { result } = await hourWith({ change: (app) => app }, { counts: true });
  const [row] = result.rows;
  const rows = [1, 2].map((V) => ({ ...row, V, R: Number.NaN }));
  expect(rangesOf(rows)).toMatchObject({ V: [1, 2] });
  expect(rangesOf(rows)).not.toHaveProperty('R');
});

it.each([{ counts: true }, { counts: false }])(
  'fits with its model what happened, within a tenth (counters: $counts)',
  async ({ counts }) => {
    const { result } = await hourWith({}, { counts, modelled: true });
    const [recorded, modelled] = result.rows;
    expect(result.parting?.why).toContain('modelled');
    expect(Math.abs(modelled.remainderMinutes / recorded.remainderMinutes - 1)).toBeLessThan(0.1);
    expect(Math.abs(modelled.V - recorded.V)).toBeLessThan(10);
  },
);

it.each(['Queue', 'SimpleQueue'] as const)(
  'infers how fast instances work where nobody counts and the recorded law, %s, learns nothing',
  async (law) => {
    const day = await recordDay({ ...HOUR, counts: false, law });
    const span = { fromMs: T0 + 60_000, toMs: T0 + HOUR.lastsMs };
    const change: Candidate['change'] = (app) => ({
      ...app,
      ...(app.targets && {
        targets: app.targets.map((target) => ({ ...target, algorithm: { type: 'Fluid' } })),
      }),
    });
    const replayed = await replayRecord(roundsIn(day, span), { candidate: { change }, ...span });
    const service = replayed.service.get(CONSUMER);
    expect(service?.from).toBe('inferred');
    const { perS = 0, sd = 0 } = service ?? {};
    expect(Math.abs(perS - PER_INSTANCE_S)).toBeLessThan(0.35 * PER_INSTANCE_S);
    expect(sd).toBeGreaterThan(0);
    const result = resultOf(replayed, { policy: POLICY, ...span });
    expect(replayText(result, 'table')).toMatch(
      /consumer works off [\d.]+ ± [\d.]+\/s per instance .*inferred from/,
    );
    const told = await replayRecord(roundsIn(day, span), { candidate: { change }, serviceRate: 3, ...span });
    expect(told.service.get(CONSUMER)).toEqual({ perS: 3, sd: 0, from: 'said' });
    expect(replayText(resultOf(told, { policy: POLICY, ...span }), 'table')).toContain(
      'works off 3.00/s per instance (as you said)',
    );
  },
);

it('says nothing of a time that is not in the record, neither before it begins nor after its end', async () => {
  const day = await recordDay({ ...HOUR, counts: true });
  const whole = { fromMs: T0, toMs: T0 + HOUR.lastsMs };
  const long = { fromMs: T0 - DAY_MS, toMs: T0 + HOUR.lastsMs };
  const [known, asked] = await Promise.all(
    [whole, long].map(async (span) =>
      resultOf(await replayRecord(roundsIn(day, span), { candidate: {}, ...span }), {
        policy: POLICY,
        ...span,
      }),
    ),
  );
  expect(known?.notes).toEqual([]);
  expect(asked?.rows[0].V).toBeCloseTo(known?.rows[0].V ?? Number.NaN, 0);
  expect(asked?.rows[0].remainderMinutes).toBeCloseTo(known?.rows[0].remainderMinutes ?? Number.NaN, 0);
  expect(asked?.fromMs).toBeGreaterThanOrEqual(T0);
  expect(asked?.notes).toEqual([
    expect.stringMatching(/^nothing is recorded of it before 2026-01-01T00:00:/),
  ]);
  const late = { ...whole, toMs: T0 + 2 * HOUR.lastsMs };
  const { notes } = await replayRecord(roundsIn(day, late), { candidate: {}, ...late });
  expect(notes).toEqual([expect.stringMatching(/^for \d+ s nothing is recorded/)]);
});

it('says so when the span holds nothing', async () => {
  const day = await recordDay({ lastsMs: 5_000, interval: '1s', waveMs: 60_000 });
  const span = { fromMs: T0 - 100_000, toMs: T0 - 50_000 };
  await expect(replayRecord(roundsIn(day, span), { candidate: {}, ...span })).rejects.toThrow(
    'nothing was decided',
  );
});
