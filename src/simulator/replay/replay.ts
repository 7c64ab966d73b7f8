// simulator: another policy against what was recorded: what happened as long as it asks for the same, then the model.

import { instantText } from '../../api/words/instant.ts';
import type { Decision } from '../../core/decision.ts';
import { type LearnedService, serviceLearned } from '../../core/learned.ts';
import type { MetricSample } from '../../core/observation.ts';
import type { RecordedRound } from '../../recorder/read/rounds.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { STEP_MS } from '../load/curve.ts';
import type { Demand } from '../load/demand.ts';
import { type Candidate, type Question, Trial } from './candidate.ts';
import { type Parting, Redecider } from './coupled.ts';
import {
  arrivalsOf,
  lookAt,
  metricAgeMs,
  type QueueLook,
  type Service,
  serviceOf,
  stopDelay,
} from './inference.ts';
import { type ModelRun, runModel, stepOf, type Work } from './model.ts';
import { ServiceLearner } from './service-learner.ts';
import { Track } from './track.ts';

export interface ReplayOptions {
  readonly candidate: Candidate;
  /** By the wall clock. */
  readonly fromMs: number;
  readonly toMs: number;
  /** μ, where people know better than the record. */
  readonly serviceRate?: number | undefined;
  /** The model from the first round on, also while it asks for the same: how well it fits. */
  readonly modelled?: boolean;
}

/** What was seen of one app over the whole span. */
export interface AppRecord {
  readonly id: string;
  readonly track: Track;
  readonly looks: QueueLook[];
  readonly killing: { readonly atMs: number; readonly count: number }[];
  template: MetricSample | undefined;
  /** After each round. */
  readonly learned: LearnedService[];
  readonly inferred: LearnedService[];
}

/** A count that the trial asked for, while what happened went on. */
export interface Asked {
  readonly atMs: number;
  readonly app: string;
  readonly to: number;
}

export interface Replayed {
  /** By the wall clock: where the span begins, or the record where that is later. */
  readonly fromMs: number;
  /** Monotonic time of the first step. */
  readonly originMs: number;
  readonly steps: number;
  readonly rounds: number;
  readonly apps: readonly AppRecord[];
  readonly question: Question;
  readonly last: Decision;
  readonly parting?: Parting & { readonly step: number };
  /** The question of the end as the trial puts it, and its last decision while what happened went on. */
  readonly tried: { readonly question: Question; readonly decision: Decision };
  readonly asked: readonly Asked[];
  readonly service: ReadonlyMap<string, Service>;
  readonly delays: Delays;
  readonly metricAgeMs: number;
  readonly intervalMs: number;
  readonly notes: readonly string[];
}

/** How long instances take, as it was learned or as it is assumed where nothing was seen. */
export interface Delays {
  readonly startMs: number;
  /** What nine in ten launches did not exceed; absent where none was seen. */
  readonly start90Ms?: number;
  /** Launches that `startMs` is the median of; 0: it is assumed. */
  readonly launches: number;
  readonly stopMs: number;
  /** Stops that `stopMs` is the mean of; 0: it is assumed. */
  readonly stops: number;
}

const USUAL_DELAYS = { startMs: 2_000, stopMs: 500 };
const LONGEST_GAP_MS = 30_000;

function stepsOf({ fromMs, toMs }: Pick<ReplayOptions, 'fromMs' | 'toMs'>): number {
  return Math.max(1, Math.ceil((toMs - fromMs) / STEP_MS));
}

/** Reads the whole span once. @throws TerminalError when it holds no round */
export async function replayRecord(
  rounds: AsyncIterable<RecordedRound>,
  options: ReplayOptions,
): Promise<Replayed> {
  const trial = new Trial(options.candidate);
  const redecider = new Redecider(trial, options.modelled);
  const learner = new ServiceLearner();
  const seen = new Seen(options);
  for await (const round of rounds) {
    const again = redecider.next(round, round.wallMs < options.fromMs);
    if (again === undefined) continue;
    const { recorded, tried } = again;
    const inferred = learner.next(round, recorded.question.apps);
    seen.note(round, { ...recorded, inferred }, tried);
    if (redecider.parting?.round === round) seen.part(redecider.parting, trial.intervalMs(round));
  }
  return seen.result({ trial, unlike: redecider.unlike });
}

interface Decided {
  readonly question: Question;
  readonly decision: Decision;
}

interface DecidedThen extends Decided {
  /** How fast instances work, by app, where the law of then learned nothing of it. */
  readonly inferred: ReadonlyMap<string, LearnedService>;
}

class Seen {
  readonly #options: ReplayOptions;
  /** Nothing is said of a time of which nothing is known: it would be time within the target. */
  #fromMs: number;
  #steps: number;
  readonly #apps = new Map<string, AppRecord>();
  readonly #asked: Asked[] = [];
  readonly #ages: number[] = [];
  #originMs: number | undefined;
  #rounds = 0;
  #lastMs = 0;
  #gapsMs = 0;
  #recorded: Decided | undefined;
  #tried: Decided | undefined;
  #round: RecordedRound | undefined;
  #parting: (Parting & { readonly step: number }) | undefined;
  #intervalMs = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#fromMs = options.fromMs;
    this.#steps = stepsOf(options);
  }

  note(round: RecordedRound, recorded: DecidedThen, tried: Decided | undefined): void {
    this.#begin(round);
    this.#round = round;
    this.#recorded = recorded;
    if (tried !== undefined) this.#tried = tried;
    if (round.wallMs < this.#options.fromMs) return;
    this.#rounds += 1;
    if (this.#lastMs > 0 && round.atMs - this.#lastMs > LONGEST_GAP_MS)
      this.#gapsMs += round.atMs - this.#lastMs;
    this.#lastMs = round.atMs;
    this.#look(round, recorded);
    for (const { id, to, role } of tried?.decision.apps ?? [])
      if (role !== 'fixed') this.#asked.push({ atMs: round.atMs, app: id, to });
  }

  #begin(round: RecordedRound): void {
    const isFirst = this.#round === undefined || round.wallMs - this.#round.wallMs > LONGEST_GAP_MS;
    if (this.#rounds === 0 && isFirst && round.wallMs > this.#fromMs) {
      this.#fromMs = round.wallMs;
      this.#steps = stepsOf({ fromMs: this.#fromMs, toMs: this.#options.toMs });
      this.#originMs = round.atMs;
    }
    this.#originMs ??= this.#fromMs - (round.wallMs - round.atMs);
  }

  part(parting: Parting, intervalMs: number): void {
    const step = stepOf(parting.round.atMs, this.#originMs ?? 0);
    this.#parting = { ...parting, step: Math.min(step, this.#steps - 1) };
    this.#intervalMs = intervalMs;
  }

  result({ trial, unlike }: { readonly trial: Trial; readonly unlike: number }): Replayed {
    const [recorded, tried, round] = [this.#recorded, this.#tried, this.#round];
    if (recorded === undefined || tried === undefined || round === undefined || this.#rounds === 0)
      throw new TerminalError('nothing was decided in that span: the record holds no round of it');
    const apps = [...this.#apps.values()];
    for (const { track } of apps) track.end();
    const tailMs = this.#options.toMs - round.wallMs;
    if (tailMs > LONGEST_GAP_MS) this.#gapsMs += tailMs;
    return {
      fromMs: this.#fromMs,
      originMs: this.#originMs ?? 0,
      steps: this.#steps,
      rounds: this.#rounds,
      apps,
      question: recorded.question,
      last: recorded.decision,
      ...(this.#parting && { parting: this.#parting }),
      tried,
      asked: this.#asked,
      service: this.#service(apps),
      delays: this.#delays(apps, recorded.decision),
      metricAgeMs: metricAgeMs(this.#ages),
      intervalMs: this.#intervalMs,
      notes: this.#notes({ trial, unlike, round }),
    };
  }

  #look(round: RecordedRound, { question, decision, inferred }: DecidedThen): void {
    const at = stepOf(round.atMs, this.#originMs ?? 0);
    for (const [i, app] of question.apps.entries()) {
      const record = this.#recordOf(app.id);
      const written = round.writes.find((write) => write.app === app.id && write.result === 'accepted');
      const requested = written?.to ?? app.observed?.requested ?? 0;
      record.track.put(at, app, requested);
      record.killing.push({ atMs: round.atMs, count: app.observed?.killing ?? 0 });
      const [reading] = app.readings;
      if (reading?.state === 'ok') this.#ages.push(Math.max(0, round.atMs - reading.asOfMs));
      const look = lookAt(app);
      if (look === undefined || reading?.state !== 'ok') continue;
      if (record.looks.at(-1)?.atMs !== look.atMs) record.looks.push(look);
      if (record.template?.arrivals === undefined || reading.arrivals !== undefined)
        record.template = reading;
      const [learned] = serviceLearned(decision.memory, decision.apps[i]?.id ?? app.id);
      if (learned !== undefined) record.learned.push(learned);
      const other = inferred.get(app.id);
      if (other !== undefined) record.inferred.push(other);
    }
  }

  #recordOf(id: string): AppRecord {
    const known = this.#apps.get(id);
    if (known !== undefined) return known;
    const track = new Track(this.#steps);
    const lists = { looks: [], killing: [], learned: [], inferred: [] };
    const made: AppRecord = { id, track, ...lists, template: undefined };
    this.#apps.set(id, made);
    return made;
  }

  #service(apps: readonly AppRecord[]): ReadonlyMap<string, Service> {
    const { serviceRate } = this.#options;
    return new Map(
      apps.flatMap(({ id, looks, learned, inferred }) => {
        if (looks.length < 2) return [];
        const said =
          serviceRate === undefined ? undefined : { perS: serviceRate, sd: 0, from: 'said' as const };
        const service = said ?? serviceOf(looks, { learned, inferred });
        return service === undefined ? [] : [[id, service] as const];
      }),
    );
  }

  #delays(apps: readonly AppRecord[], { apps: decisions }: Decision): Replayed['delays'] {
    const starts = decisions.flatMap(({ figures }) => figures['deadTimeS'] ?? []);
    const latest = decisions.flatMap(({ figures }) => figures['deadTime90S'] ?? []);
    const launches = decisions.reduce((sum, { figures }) => sum + (figures['launches'] ?? 0), 0);
    const stops = apps.flatMap(({ killing }) => stopDelay(killing) ?? []);
    return {
      startMs: starts.length === 0 ? USUAL_DELAYS.startMs : 1000 * mean(starts),
      ...(latest.length > 0 && { start90Ms: 1000 * mean(latest) }),
      launches,
      stopMs: stops.length === 0 ? USUAL_DELAYS.stopMs : mean(stops.map(({ ms }) => ms)),
      stops: stops.reduce((sum, { seen }) => sum + seen, 0),
    };
  }

  #notes({
    trial,
    unlike,
    round,
  }: {
    readonly trial: Trial;
    readonly unlike: number;
    readonly round: RecordedRound;
  }): readonly string[] {
    const { added, missing } = trial.unlike(round);
    return [
      ...(unlike > 0
        ? [
            `in ${unlike} of ${this.#rounds} rounds another count was written than this version decides: another one, or a person, wrote it`,
          ]
        : []),
      ...(added.length > 0 ? [`not in the record, so left out: ${added.join(', ')}`] : []),
      ...(missing.length > 0
        ? [`not in the policy that is tried, so as recorded: ${missing.join(', ')}`]
        : []),
      ...(this.#fromMs - this.#options.fromMs > LONGEST_GAP_MS
        ? [
            `nothing is recorded of it before ${instantText(this.#fromMs)}: figures are of the time from then on`,
          ]
        : []),
      ...(this.#gapsMs > 0
        ? [`for ${Math.round(this.#gapsMs / 1000)} s nothing is recorded: counts are as they were before`]
        : []),
    ];
  }
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, each) => sum + each, 0) / Math.max(1, all.length);
}

/** Demand of each app, as far as it can be told. @param off by so many standard deviations the service rate is taken */
export function workOf(replayed: Replayed, off = 0): ReadonlyMap<string, Work> {
  const { apps, service, steps, originMs } = replayed;
  const rates = new Map(
    [...service].map(([id, { perS, sd }]) => [id, Math.max(0.05 * perS, perS + off * sd)] as const),
  );
  const shared = [...rates.values()][0] ?? 1;
  return new Map(
    apps.flatMap(({ id, looks, template }) => {
      const perS = rates.get(id);
      if (perS === undefined || template === undefined) return [];
      const arrivals = arrivalsOf(looks, perS, { fromMs: originMs, stepMs: STEP_MS, count: steps });
      const demand: Demand = {
        curve: { steps, rate: arrivals.rate, service: new Float64Array(steps).fill(perS / shared) },
        arrivals: arrivals.perStep,
        luck: new Float64Array(steps),
        error: new Float64Array(steps),
      };
      return [[id, { perS: shared, demand, template }] as const];
    }),
  );
}

/** What would have come after the parting. @throws TerminalError where the service rate is not known */
export function runOn(replayed: Replayed, work: ReadonlyMap<string, Work>): ModelRun | undefined {
  const { parting, steps, delays, metricAgeMs: ageMs, intervalMs } = replayed;
  if (parting === undefined) return undefined;
  const unknown = parting.question.apps.find((app) => app.role === 'scaled' && !work.has(app.id));
  if (unknown !== undefined)
    throw new TerminalError(
      `how fast an instance of ${unknown.name} works is not known from this span; say it with --service-rate N`,
    );
  const { question, decision, round } = parting;
  return runModel({
    ...{ question, decision, steps, delays, intervalMs, work },
    atMs: round.atMs,
    from: parting.step,
    metricAgeMs: ageMs,
  });
}
