// simulator: a replay beside what happened, in figures and in courses.

import type { AppInput, Decision } from '../../core/decision.ts';
import { defined } from '../../lang/defined.ts';
import { type Course, courseOf } from '../course.ts';
import { figuresOf, type Ran } from '../figures.ts';
import { STEP_MS, STEP_S } from '../load/curve.ts';
import type { Demand } from '../load/demand.ts';
import { type FlatFigures, flat } from '../pooled.ts';
import type { Series } from '../world/world.ts';
import type { Question } from './candidate.ts';
import type { Service } from './inference.ts';
import type { ModelRun, Work } from './model.ts';
import { type Replayed, runOn, workOf } from './replay.ts';

export interface ReplayRow extends FlatFigures {
  readonly who: 'recorded' | 'replayed';
  /** Of the objective that is spent most, in percent of what may be missed; absent where no target has one. */
  readonly budgetSpent?: number;
  /** What remainders had, in instance-minutes. */
  readonly remainderMinutes: number;
}

/** Least and largest, with the service rate two standard deviations higher or lower. */
export type Range = readonly [number, number];

const RANGED = [
  'V',
  'R',
  'changesPerMin',
  'reversalsPerMin',
  'p95WaitS',
  'budgetSpent',
  'remainderMinutes',
] as const;

/** A figure that the model makes, and that the service rate's doubt makes doubtful. */
export type Ranged = (typeof RANGED)[number];

export interface ReplayResult {
  readonly policy: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rounds: number;
  /** When the replay asked for another count first, by the wall clock, and for which; absent: it never did. */
  readonly parting?: { readonly atMs: number; readonly why: string };
  /** Per app, messages/s of one instance. */
  readonly service: Readonly<Record<string, Service>>;
  readonly delays: Replayed['delays'];
  readonly rows: readonly [ReplayRow, ReplayRow];
  /** Of the replayed row's figures; absent while nothing is modelled. */
  readonly ranges?: Readonly<Partial<Record<Ranged, Range>>>;
  readonly notes: readonly string[];
  readonly courses: readonly Course[];
}

export interface ResultOptions {
  readonly policy: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export function resultOf(replayed: Replayed, options: ResultOptions): ReplayResult {
  const { parting, service, delays, rounds, notes, question, last, tried, originMs, fromMs } = replayed;
  const work = workOf(replayed);
  const run = runOn(replayed, work);
  const triedQuestion = parting?.question ?? tried.question;
  const judged = { question: triedQuestion, work };
  const recordedRan = ranOf(replayed, { ...judged, budget: question.budget });
  const triedRan = ranOf(replayed, { ...judged, budget: triedQuestion.budget, run });
  const rows = [
    rowOf('recorded', recordedRan, last),
    rowOf('replayed', triedRan, run?.last ?? tried.decision),
  ] as const;
  const doubtful = run === undefined ? [] : [-2, 2].map((off) => offBy(replayed, off, triedQuestion));
  const wallAheadMs = fromMs - originMs;
  return {
    ...options,
    fromMs,
    rounds,
    ...(parting && { parting: { atMs: parting.round.atMs + wallAheadMs, why: parting.why } }),
    service: Object.fromEntries(service),
    delays,
    rows,
    ...(doubtful.length > 0 && { ranges: rangesOf([rows[1], ...doubtful]) }),
    notes,
    courses: [
      courseOf(recordedRan, { id: 'recorded', about: 'what happened' }),
      courseOf(triedRan, {
        id: 'replayed',
        about: run === undefined ? 'the same counts' : 'what would have come',
      }),
    ],
  };
}

function offBy(replayed: Replayed, off: number, question: Question): ReplayRow {
  const work = workOf(replayed, off);
  const run = runOn(replayed, work);
  const ran = ranOf(replayed, { question, work, budget: question.budget, run });
  return rowOf('replayed', ran, run?.last ?? replayed.last);
}

function ranOf(
  { apps, steps }: Replayed,
  {
    question,
    work,
    budget,
    run,
  }: {
    readonly question: Question;
    readonly work: ReadonlyMap<string, Work>;
    readonly budget: Question['budget'];
    readonly run?: ModelRun | undefined;
  },
): Ran {
  const [first] = work.values();
  const members = question.apps.flatMap((app) => {
    const record = apps.find(({ id }) => id === app.id);
    if (record === undefined) return [];
    const demand = work.get(app.id)?.demand;
    const modelled = run?.world.members.find(({ terms }) => terms.id === app.id)?.series;
    return [{ terms: termsOf(app), series: seriesOf(record.track.series, { demand, modelled }), demand }];
  });
  return {
    members,
    options: {
      apps: [],
      budget,
      delays: { startMs: 0, stopMs: 0 },
      serviceRate: first?.perS ?? Number.NaN,
      serviceSpread: 0,
      metricAgeMs: 0,
      metricError: 0,
      intervalMs: STEP_MS,
      steps,
    },
  };
}

function termsOf(app: AppInput): Ran['members'][number]['terms'] {
  const { readings: _readings, observed: _observed, held: _held, ...terms } = app;
  return terms;
}

/** What was recorded, and from the parting on what was modelled. */
function seriesOf(
  recorded: Series,
  { demand, modelled }: { readonly demand: Demand | undefined; readonly modelled: Series | undefined },
): Series {
  const steps = recorded.running.length;
  const from = modelled === undefined ? steps : steps - modelled.running.length;
  const ints = (key: 'requested' | 'running' | 'staging' | 'killing'): Int32Array => {
    const all = recorded[key].slice();
    if (modelled !== undefined) all.set(modelled[key], from);
    return all;
  };
  const floats = (key: 'waiting' | 'total'): Float64Array => {
    const all = recorded[key].slice();
    if (modelled !== undefined && modelled[key].length > 0) all.set(modelled[key], from);
    return all;
  };
  return {
    requested: ints('requested'),
    running: ints('running'),
    staging: ints('staging'),
    killing: ints('killing'),
    waiting: floats('waiting'),
    total: floats('total'),
    arrived:
      demand === undefined ? new Float64Array(steps) : cumulated(demand.arrivals, recorded.total[0] ?? 0),
  };
}

function cumulated(arrivals: Float64Array, first: number): Float64Array {
  let sum = first;
  return arrivals.map((n) => (sum += n));
}

function rowOf(who: ReplayRow['who'], ran: Ran, { apps }: Decision): ReplayRow {
  const spent = apps.flatMap(({ objectives = [] }) =>
    objectives.flatMap((each) => (each === null ? [] : each.spent)),
  );
  return {
    who,
    ...flat(figuresOf(ran)),
    ...defined({ budgetSpent: spent.length === 0 ? undefined : 100 * Math.max(...spent) }),
    remainderMinutes: remainderMinutesOf(ran),
  };
}

function remainderMinutesOf({ members }: Ran): number {
  const remainders = members.filter(({ terms }) => terms.role === 'remainder');
  const steps = remainders.reduce((sum, { series }) => sum + series.running.reduce((a, b) => a + b, 0), 0);
  return (steps * STEP_S) / 60;
}

/** From the least to the most of each figure that they have. */
export function rangesOf(rows: readonly ReplayRow[]): NonNullable<ReplayResult['ranges']> {
  return Object.fromEntries(
    RANGED.flatMap((figure) => {
      // A figure that nobody has is no number: of a pool without a remainder there is no R.
      const all = rows.flatMap((row) => row[figure] ?? []).filter((value) => !Number.isNaN(value));
      return all.length === 0 ? [] : [[figure, [Math.min(...all), Math.max(...all)] as const]];
    }),
  );
}
