// bench: `npm run bench -- rates`: how often the rates that people are shown are told, and how often they are right.

import { demandAt } from '../../src/programs/demand.ts';
import { ShippedLaw, VIEWS, type View } from '../../src/simulator/law/shipped.ts';
import { curveOf } from '../../src/simulator/load/curve.ts';
import { demandOf } from '../../src/simulator/load/demand.ts';
import { DEFAULT_SETTINGS } from '../../src/simulator/settings.ts';
import { World } from '../../src/simulator/world/world.ts';
import { consumerTerms, remainderTerms } from '../terms.ts';

/** A load, and from when on its rates should be known. */
interface Case {
  readonly name: string;
  /** Share of what the pool can serve, at a time in s. */
  readonly shareAt: (atS: number, seed: number) => number;
  readonly fromS: number;
  /** Messages that may wait; by default what the pool serves in a second. */
  readonly target?: number;
}

const CASES: readonly Case[] = [
  { name: 'after 30 s of backlog', shareAt: () => 1.3, fromS: 30 },
  { name: 'after 60 s of steady load', shareAt: () => 0.4, fromS: 60 },
  { name: 'after a step up at 40 s', shareAt: (t) => (t < 40 ? 0.2 : 0.6), fromS: 60 },
  // Nobody promises to know these rates: what is shown of them is to be right all the same.
  { name: 'after 60 s of the demo', shareAt: likeProducers, fromS: 60, target: 50 },
  { name: 'after 60 s of a sine of 12 s', shareAt: (t) => sine(t / 12), fromS: 60 },
  { name: 'after 60 s of a sine of 24 s', shareAt: (t) => sine(t / 24), fromS: 60 },
  { name: 'after 60 s of a sine of 48 s', shareAt: (t) => sine(t / 48), fromS: 60 },
  { name: 'after 60 s of a sine of 96 s', shareAt: (t) => sine(t / 96), fromS: 60 },
  { name: 'after 60 s of a sine of 300 s', shareAt: (t) => sine(t / 300), fromS: 60 },
  { name: 'after 60 s of square waves', shareAt: (t) => (t % 40 < 20 ? 0.1 : 0.65), fromS: 60 },
];

const PRODUCERS = 3;

/** As many producers as the demo has, each with a seed of its own. */
function likeProducers(atS: number, seed: number): number {
  const each = { messagesPerSecond: 0.1, variation: 0.5 };
  const shares = Array.from({ length: PRODUCERS }, (_, i) =>
    demandAt(1000 * atS, { ...each, seed: PRODUCERS * seed + i }),
  );
  return shares.reduce((sum, share) => sum + share, 0);
}

function sine(periods: number): number {
  return 0.4 - 0.3 * Math.cos(2 * Math.PI * periods);
}
const SOURCES: readonly (readonly [name: string, view: View])[] = [
  ['waiting only', VIEWS.queue],
  ['and in flight', VIEWS.inFlight],
  ['and when they came', VIEWS.source],
  ['and counters', VIEWS.counters],
];
const SLOTS = [10, 40];
const SERVICE_RATES = [0.5, 5, 50];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const WATCHED_S = 60;
const CLOSE = 0.25;

/** Of the counts of one case, over all its worlds. Shares from 0 to 1. */
export interface RateRow {
  readonly case: string;
  readonly source: string;
  /** Counts of the queue after which μ was told. */
  readonly shown: number;
  /** Of those, in which all that was told of λ and μ was within a quarter of the truth. */
  readonly close: number;
  /** Of all, in which both of them were told. */
  readonly both: number;
}

export function rates(): readonly RateRow[] {
  return CASES.flatMap((of) =>
    SOURCES.map(([source, view]) => {
      const worlds = SLOTS.flatMap((slots) =>
        SERVICE_RATES.flatMap((serviceRate) =>
          SEEDS.map((seed) => watch(of, { view, slots, serviceRate, seed })),
        ),
      );
      const sum = (key: keyof Watched): number => worlds.reduce((total, world) => total + world[key], 0);
      return {
        case: of.name,
        source,
        shown: sum('shown') / sum('rounds'),
        close: sum('close') / Math.max(1, sum('shown')),
        both: sum('both') / sum('rounds'),
      };
    }),
  );
}

interface Watched {
  readonly rounds: number;
  readonly shown: number;
  readonly close: number;
  readonly both: number;
}

interface Setting {
  readonly view: View;
  readonly slots: number;
  readonly serviceRate: number;
  readonly seed: number;
}

/** From a cold start, with one instance and nothing learned. */
function watch(of: Case, { view, slots, serviceRate, seed }: Setting): Watched {
  const capacity = slots * serviceRate;
  const { fromS, shareAt, target = Math.max(5, Math.round(capacity)) } = of;
  const curve = curveOf(fromS + WATCHED_S, (atS) => capacity * shareAt(atS, seed));
  const world = new World({
    apps: [
      {
        terms: consumerTerms(slots, target),
        initial: 1,
        demand: demandOf(curve, seed, 'rates'),
        heldPerInstance: 1,
      },
      { terms: remainderTerms(slots), initial: slots - 1, heldPerInstance: 1 },
    ],
    budget: { kind: 'slots', slots },
    delays: { startMs: DEFAULT_SETTINGS.startMs, stopMs: DEFAULT_SETTINGS.stopMs },
    serviceRate,
    serviceSpread: DEFAULT_SETTINGS.serviceSpread,
    metricAgeMs: 0,
    metricError: 0,
    intervalMs: 500,
    spare: 0,
    steps: curve.steps,
  });
  const law = new ShippedLaw(view);
  const seen = { rounds: 0, shown: 0, close: 0, both: 0 };
  while (!world.isOver) {
    world.step();
    law.step(world);
    // What is told is of the moment at which the queue was counted.
    if (world.k < fromS * 10 || law.readAtMs < world.nowMs) continue;
    const figures = law.last?.apps[0]?.figures;
    const [told, perInstance] = [figures?.['arrivalsPerS'], figures?.['servicePerS']];
    seen.rounds++;
    if (perInstance === undefined) continue;
    seen.shown++;
    if (told !== undefined) seen.both++;
    const arrivals = curve.rate[world.k] ?? 0;
    if (isClose(perInstance, serviceRate) && (told === undefined || isClose(told, arrivals))) seen.close++;
  }
  return seen;
}

function isClose(told: number, truth: number): boolean {
  return Math.abs(told - truth) <= CLOSE * truth;
}

export function ratesText(rows: readonly RateRow[]): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`.padStart(6);
  const lines = rows.map(
    (row) =>
      `${row.case.padEnd(30)} ${row.source.padEnd(18)} shown ${percent(row.shown)}, of these right ${percent(row.close)}; arrivals, too, ${percent(row.both)}`,
  );
  return [
    'rates: shown, and within a quarter of the truth when the queue was counted, from a cold start',
    ...lines,
  ].join('\n');
}
