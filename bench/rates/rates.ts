// bench: `npm run bench -- rates`: how often the rates that people are shown are told, and how often they are right.

import { ShippedLaw, VIEWS, type View } from '../../src/simulator/law/shipped.ts';
import { curveOf } from '../../src/simulator/load/curve.ts';
import { demandOf } from '../../src/simulator/load/demand.ts';
import { DEFAULT_SETTINGS } from '../../src/simulator/settings.ts';
import { World } from '../../src/simulator/world/world.ts';
import { consumerTerms, remainderTerms } from '../terms.ts';

/** A load as a share of what the pool can serve, and from when on the rates should be known. */
interface Case {
  readonly name: string;
  readonly share: number;
  readonly fromS: number;
}

const CASES: readonly Case[] = [
  { name: 'after 30 s of backlog', share: 1.3, fromS: 30 },
  { name: 'after 60 s of steady load', share: 0.4, fromS: 60 },
];
const SOURCES: readonly (readonly [name: string, view: View])[] = [
  ['waiting only', VIEWS.queue],
  ['and in flight', VIEWS.inFlight],
  ['and when they came', VIEWS.source],
  ['and counters', VIEWS.counters],
];
const SLOTS = [10, 40];
const SERVICE_RATES = [0.5, 5, 50];
const SEEDS = [1, 2, 3];
const WATCHED_S = 60;
const CLOSE = 0.25;

/** Of the rounds of one case, over all its worlds. Shares from 0 to 1. */
export interface RateRow {
  readonly case: string;
  readonly source: string;
  /** In which the rates were told. */
  readonly shown: number;
  /** Of those, in which λ and μ were both within a quarter of the truth. */
  readonly close: number;
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
      };
    }),
  );
}

interface Watched {
  readonly rounds: number;
  readonly shown: number;
  readonly close: number;
}

interface Setting {
  readonly view: View;
  readonly slots: number;
  readonly serviceRate: number;
  readonly seed: number;
}

/** From a cold start, with one instance and nothing learned. */
function watch({ share, fromS }: Case, { view, slots, serviceRate, seed }: Setting): Watched {
  const arrivals = share * slots * serviceRate;
  const curve = curveOf(fromS + WATCHED_S, () => arrivals);
  const world = new World({
    apps: [
      {
        terms: consumerTerms(slots, Math.max(5, Math.round(slots * serviceRate))),
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
  const seen = { rounds: 0, shown: 0, close: 0 };
  for (; !world.isOver; law.step(world)) {
    world.step();
    if (world.k < fromS * 10) continue;
    const figures = law.last?.apps[0]?.figures;
    const [told, perInstance] = [figures?.['arrivalsPerS'], figures?.['servicePerS']];
    seen.rounds++;
    if (told === undefined || perInstance === undefined) continue;
    seen.shown++;
    if (isClose(told, arrivals) && isClose(perInstance, serviceRate)) seen.close++;
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
      `${row.case.padEnd(28)} ${row.source.padEnd(18)} shown ${percent(row.shown)}, of these right ${percent(row.close)}`,
  );
  return ['rates: shown, and within a quarter of the truth, from a cold start', ...lines].join('\n');
}
