// Files of a record: what is over is compressed, what is old or too much goes, and the minutes stay longest.

import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Bounds, closeOthers, prune } from '../../../src/recorder/files/housekeeping.ts';
import { historyOf } from '../../../src/recorder/read/history.ts';
import { momentOf } from '../../../src/recorder/read/moment.ts';
import { DEFAULT_BOUNDS } from '../../../src/recorder/recorder.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { T0 } from '../../support/builders.ts';
import { QueueDemo } from '../../support/queue-demo.ts';
import { recordedOn, scratchFolder } from '../recorded.ts';

const MINUTE_MS = 60_000;
const never = new AbortController().signal;
const POLICY = 'default/queue-demo';

async function runFor(minutes: number, over: Partial<typeof DEFAULT_BOUNDS> = {}, folder = scratchFolder()) {
  const clock = new VirtualClock(T0);
  const recorded = recordedOn(clock, { bounds: { ...DEFAULT_BOUNDS, ...over }, folder });
  const demo = await QueueDemo.start({ startMs: T0, clock, recorder: recorded.recorder });
  for (let i = 0; i < minutes; i++) {
    await demo.advance(MINUTE_MS);
    await recorded.settle();
  }
  await demo.stop();
  await recorded.settle();
  return { clock, ...recorded };
}

it('compresses what is over, and reads it as before', async () => {
  const { folder, reader } = await runFor(12);
  const names = readdirSync(folder).sort();
  expect(names).toEqual([
    expect.stringMatching(/^minutes-\d+\.jsonl$/),
    expect.stringMatching(/^rounds-\d+\.jsonl\.parts$/),
    expect.stringMatching(/^rounds-\d+\.jsonl$/),
  ]);
  const { pools } = await momentOf(reader, { atMs: T0 + 3 * MINUTE_MS }, never);
  expect(pools.map(({ detail, atMs }) => [detail, atMs])).toEqual([['rounds', T0 + 3 * MINUTE_MS]]);
});

it('keeps a picture of each minute of what it does not keep in full any more', async () => {
  const { folder, reader } = await runFor(22, { roundsForMs: MINUTE_MS });
  expect(readdirSync(folder).filter((name) => name.startsWith('rounds'))).toHaveLength(2);
  const { pools } = await momentOf(reader, { atMs: T0 + 3 * MINUTE_MS + 20_000, policy: POLICY }, never);
  expect(pools).toMatchObject([{ detail: 'minutes' }]);
  expect(T0 + 3 * MINUTE_MS + 20_000 - (pools[0]?.atMs ?? 0)).toBeLessThan(MINUTE_MS);
  const [consumer] = pools[0]?.view.policies[0]?.apps ?? [];
  expect(consumer?.summary).toContain('waiting');
});

it.each<{ rule: string; bounds: Partial<Bounds>; gone: string[] }>([
  { rule: 'nothing', bounds: {}, gone: [] },
  { rule: 'rounds that ended too long ago', bounds: { roundsForMs: 15 }, gone: ['rounds-0', 'rounds-10'] },
  { rule: 'minutes that ended too long ago', bounds: { minutesForMs: 15 }, gone: ['minutes-0'] },
  {
    rule: 'of what is too much the oldest rounds',
    bounds: { mostBytes: 450 },
    gone: ['rounds-0', 'rounds-10'],
  },
  {
    rule: 'minutes after all rounds, and never what is written now',
    bounds: { mostBytes: 1 },
    gone: ['rounds-0', 'rounds-10', 'rounds-20', 'minutes-0'],
  },
])('removes $rule', async ({ bounds, gone }) => {
  const folder = scratchFolder();
  const names = ['rounds-0', 'rounds-10', 'rounds-20', 'rounds-30', 'minutes-0', 'minutes-20'];
  for (const name of names) writeFileSync(join(folder, `${name}.jsonl`), 'x'.repeat(100));
  const open = new Set(['rounds-30', 'minutes-20'].map((name) => join(folder, `${name}.jsonl`)));
  await prune(
    folder,
    { roundsForMs: 1e6, minutesForMs: 1e6, mostBytes: 1e6, ...bounds },
    { nowMs: 40, open },
  );
  const left = names.filter((name) => !gone.includes(name)).map((name) => `${name}.jsonl`);
  expect(readdirSync(folder).sort()).toEqual(left.sort());
});

it('cuts off what a killed process left torn, and goes on in another file', async () => {
  const folder = scratchFolder();
  await runFor(2, {}, folder);
  const [torn = ''] = readdirSync(folder).filter((name) => name.startsWith('rounds'));
  appendFileSync(join(folder, torn), '[1,[2,17');
  const clock = new VirtualClock(T0 + 10 * MINUTE_MS);
  const { reader, settle } = recordedOn(clock, { folder });
  await settle();
  expect(readdirSync(folder)).toContain(`${torn}.parts`);
  const { pools, notes } = await momentOf(reader, { atMs: T0 + MINUTE_MS }, never);
  expect([pools.length, notes]).toEqual([1, []]);
});

it('removes what a killed process left half compressed, and nothing else', async () => {
  const folder = scratchFolder();
  for (const name of ['rounds-0.jsonl.parts.new', 'minutes-7.jsonl.br.new', 'notes.br.new'])
    writeFileSync(join(folder, name), 'x');
  writeFileSync(join(folder, 'rounds-0.jsonl'), '{}\n');
  await closeOthers(folder, new Set());
  expect(readdirSync(folder).sort()).toEqual(['notes.br.new', 'rounds-0.jsonl.parts']);
});

it('removes what a process left that was killed after it had compressed a segment', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'rounds-0.jsonl');
  writeFileSync(path, '{}\n');
  await closeOthers(folder, new Set());
  writeFileSync(path, '{}\n');
  await closeOthers(folder, new Set());
  expect(readdirSync(folder)).toEqual(['rounds-0.jsonl.parts']);
});

it('leaves alone a segment that is begun while it removes what is half compressed', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'rounds-0.jsonl.parts.new'), 'x');
  const closing = closeOthers(folder, new Set());
  writeFileSync(join(folder, 'rounds-5.jsonl'), '{}\n');
  await closing;
  expect(readdirSync(folder)).toEqual(['rounds-5.jsonl']);
});

it('says of a segment of another version that it is passed over', async () => {
  const { folder, reader } = await runFor(2);
  const newer = join(folder, `rounds-${T0 + 30_000}.jsonl`);
  const header = { microscaling: 'record', version: 9, tier: 'rounds', operator: '9.0.0', startedAtMs: T0 };
  writeFileSync(newer, `${JSON.stringify(header)}\n`);
  const { notes } = await momentOf(reader, { atMs: T0 + 40_000 }, never);
  expect(notes).toEqual([
    `${newer} is passed over: it is of version 9, which this program cannot read (it reads 1)`,
  ]);
});

it('shows a policy over time within bounds, and no number where nothing is known', async () => {
  const { reader } = await runFor(12);
  const span = { fromMs: T0 - 10 * MINUTE_MS, toMs: T0 + 10 * MINUTE_MS };
  const history = await historyOf(reader, { ...span, policy: POLICY, stepMs: 10_000 }, never);
  const [consumer] = history.apps;
  expect(history.atMs).toHaveLength(120);
  expect(consumer?.running.slice(0, 59)).toEqual(new Array(59).fill(null));
  expect(consumer?.running.slice(61).every((n) => n !== null && n >= 1 && n <= 10)).toBe(true);
  expect(consumer?.metrics[0]).toMatchObject({ label: 'queue demo-queue', type: 'QueueLength' });
  expect(new Set(consumer?.metrics[0]?.value.slice(61)).size).toBeGreaterThan(8);
  expect(new Set(consumer?.metrics[0]?.target.slice(61))).toEqual(new Set([50]));
  expect(history.decisions.length).toBeGreaterThan(3);
  expect(history.events.some(({ reason }) => reason === 'Created')).toBe(true);
  expect(history.conditions.find(({ type }) => type === 'Ready')).toMatchObject({ type: 'Ready' });
  const long = await historyOf(reader, { fromMs: 0, toMs: T0, policy: POLICY, stepMs: 1 }, never);
  expect(long.atMs.length).toBeLessThanOrEqual(1_500);
});

it('reads on after a segment that is damaged, and says which one it is', async () => {
  const { folder, reader } = await runFor(22);
  const [first = ''] = readdirSync(folder)
    .filter((name) => name.startsWith('rounds'))
    .sort();
  writeFileSync(join(folder, first), 'not what was written');
  const span = { fromMs: T0, toMs: T0 + 21 * MINUTE_MS };
  const { apps, notes } = await historyOf(reader, { policy: POLICY, ...span }, never);
  expect(notes).toEqual([`${join(folder, first)} is passed over: the segment has no index at its end`]);
  const [consumer] = apps;
  expect(consumer?.running.slice(0, 100).every((n) => n === null)).toBe(true);
  expect(consumer?.running.slice(-100).some((n) => n !== null)).toBe(true);
});
