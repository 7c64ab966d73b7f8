// Many pools at the beginning of a segment: their full pictures come one after the other, and every moment can be read.

import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Round } from '../../src/controller/round/round.ts';
import type { PoolView } from '../../src/controller/status/view.ts';
import { readEntries } from '../../src/recorder/codec/segment.ts';
import { SegmentFolder } from '../../src/recorder/files/segment-folder.ts';
import { momentOf } from '../../src/recorder/read/moment.ts';
import { RecordReader } from '../../src/recorder/read/record-reader.ts';
import { roundsOf } from '../../src/recorder/read/rounds.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { T0 } from '../support/builders.ts';
import { anApp, aPolicy, World, wants } from '../support/fakes.ts';
import { recordedOn, scratchFolder } from './recorded.ts';

const POOLS = 20;
const SEGMENT_MS = 10 * 60_000;
const ROUND_MS = 50;
const never = new AbortController().signal;

interface Seen {
  readonly round: Round;
  readonly shown: PoolView;
}

/** One round of each of many pools, to be said again at other times. */
async function manyRounds(): Promise<readonly Seen[]> {
  const seen = new Map<string, Seen>();
  const recorder = {
    round: (round: Round, shown: PoolView) => void seen.set(round.pool.key, { round, shown }),
    event: () => undefined,
    pools: () => undefined,
    gone: () => undefined,
  };
  const world = new World({}, { clock: new VirtualClock(T0), recorder });
  for (let i = 0; i < POOLS; i++) {
    const app = anApp('consumer', { ...wants(1), id: `/shop-${i}/consumer` });
    world.policies.put(`shop-${i}.yaml`, aPolicy(`shop-${i}`, [app]));
  }
  await world.start(5_000);
  await world.stop();
  expect(seen.size).toBe(POOLS);
  return [...seen.values()];
}

async function recording() {
  const clock = new VirtualClock(T0);
  const recorded = recordedOn(clock);
  const rounds = await manyRounds();
  const roundOfAll = (from = 0): void => {
    const atMs = clock.now();
    for (const { round, shown } of rounds.slice(from))
      recorded.recorder.round({ ...round, atMs, wallAheadMs: 0 }, { ...shown, lastRoundAtMs: atMs }, []);
  };
  return { clock, roundOfAll, names: rounds.map(({ round }) => round.pool.key), ...recorded };
}

/** By moment: how many pools wrote their first picture of that segment then. */
function firstPictures(path: string): ReadonlyMap<number, number> {
  const entered = new Set<string>();
  const at = new Map<number, number>();
  for (const entry of readEntries(readFileSync(path, 'utf8'))) {
    if (entry.kind !== 'frame' || entered.has(entry.pool)) continue;
    entered.add(entry.pool);
    const { atMs } = entry.picture as { readonly atMs: number };
    at.set(atMs, (at.get(atMs) ?? 0) + 1);
  }
  return at;
}

function newest(folder: string): string {
  const names = readdirSync(folder).filter((name) => /^rounds-\d+\.jsonl$/.test(name));
  return join(folder, names.sort().at(-1) ?? '');
}

it('writes one full picture at a time when a segment begins, and shows every pool at every moment meanwhile', async () => {
  const { clock, roundOfAll, names, recorder, reader, folder } = await recording();
  roundOfAll();
  await clock.advance(SEGMENT_MS - 4 * ROUND_MS);
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    await clock.advance(ROUND_MS);
    roundOfAll();
    times.push(clock.now());
  }
  recorder.flush();
  const entered = firstPictures(newest(folder));
  expect(Math.max(...entered.values())).toBe(1);
  expect(entered.size).toBe(POOLS);
  for (const atMs of times) {
    const { pools, notes } = await momentOf(reader, { atMs }, never);
    expect(notes).toEqual([]);
    expect(pools.map(({ view, gapMs: _, ...at }) => ({ ...at, name: view.name })).sort(byName)).toEqual(
      [...names].sort().map((name) => ({ atMs, detail: 'rounds', name })),
    );
  }
});

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

it('has each round of a pool once and in order, with the memory that its segment begins with', async () => {
  const { clock, roundOfAll, reader } = await recording();
  const times: number[] = [];
  for (const stepMs of [0, SEGMENT_MS - 100, 50, 50, 50, 50, 1_900, 100, SEGMENT_MS, 100]) {
    await clock.advance(stepMs);
    roundOfAll();
    times.push(clock.now());
  }
  const span = { fromMs: T0, toMs: clock.now() };
  for (const policy of ['default/shop-0', `default/shop-${POOLS - 1}`]) {
    const found: { readonly wallMs: number; readonly isNew: boolean }[] = [];
    for await (const { wallMs, memory } of roundsOf(
      reader,
      { policy, ...span },
      { note: () => undefined, signal: never },
    ))
      found.push({ wallMs, isNew: memory !== undefined });
    expect(found.map(({ wallMs }) => wallMs)).toEqual(times);
    // The same memory is put again each time, which is not what was left: it is new in every round.
    expect(found.every(({ isNew }) => isNew)).toBe(true);
  }
});

it('has the rounds of a pool in their order also where somebody set the wall clock back', async () => {
  const { clock, recorder, reader } = await recording();
  const [first] = await manyRounds();
  if (first === undefined) throw new Error('there is no round');
  const { round, shown } = first;
  const times: number[] = [];
  for (let i = 0; i < 8; i++) {
    await clock.advance(500);
    if (i === 4) clock.setWallClock(-1_200);
    const atMs = clock.monotonic();
    recorder.round(
      { ...round, atMs, wallAheadMs: clock.now() - atMs },
      { ...shown, lastRoundAtMs: atMs },
      [],
    );
    times.push(atMs);
  }
  const question = { policy: 'default/shop-0', fromMs: T0, toMs: clock.now() };
  const found: number[] = [];
  for await (const { atMs } of roundsOf(reader, question, { note: () => undefined, signal: never }))
    found.push(atMs);
  expect(found).toEqual(times);
});

it('can be read to the last flush by the one who finds it after a kill, whichever segment a pool was in', async () => {
  const { clock, roundOfAll, names, recorder, folder } = await recording();
  roundOfAll();
  await clock.advance(SEGMENT_MS - ROUND_MS);
  for (let i = 0; i < 20; i++) {
    await clock.advance(ROUND_MS);
    roundOfAll();
    if (i === 15) recorder.flush();
  }
  const flushedMs = clock.now() - 4 * ROUND_MS;
  const found = scratchFolder();
  cpSync(folder, found, { recursive: true });
  const after = new RecordReader(new SegmentFolder(found));
  const { pools } = await momentOf(after, { atMs: clock.now() }, never);
  expect(pools.map(({ atMs }) => atMs)).toEqual(names.map(() => flushedMs));
  const next = recordedOn(new VirtualClock(clock.now()), { folder: found });
  await next.settle();
  expect(readdirSync(found).filter((name) => name.startsWith('rounds') && !name.endsWith('.parts'))).toEqual(
    [],
  );
  expect((await momentOf(next.reader, { atMs: flushedMs }, never)).pools).toHaveLength(POOLS);
});

it('does not write all full pictures at once after a disk was full', async () => {
  const { clock, roundOfAll, recorder, folder } = await recording();
  roundOfAll();
  recorder.flush();
  const path = newest(folder);
  rmSync(path);
  symlinkSync('/dev/full', path);
  roundOfAll();
  recorder.flush();
  rmSync(path);
  for (let i = 0; i < 50; i++) {
    await clock.advance(ROUND_MS);
    roundOfAll();
  }
  recorder.flush();
  const entered = firstPictures(newest(folder));
  expect(Math.max(...entered.values())).toBe(1);
  expect(entered.size).toBe(POOLS);
});

it('shows a pool whose rounds are further apart than two segments are long', async () => {
  const { clock, roundOfAll, names, reader } = await recording();
  roundOfAll();
  for (let i = 0; i < 50; i++) {
    await clock.advance(SEGMENT_MS / 20);
    roundOfAll(1);
  }
  const { pools } = await momentOf(reader, { atMs: clock.now() }, never);
  expect(pools.map(({ view }) => view.name).sort()).toEqual([...names].sort());
  expect(pools.find(({ view }) => view.name === names[0])).toMatchObject({ atMs: T0, detail: 'minutes' });
});
