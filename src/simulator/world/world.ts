// simulator: a pool of apps under a budget, each with its instances and perhaps a queue, in steps of 100 ms.

import { costOf, type Vector } from '../../core/allocation/free-capacity.ts';
import type { AppInput, Budget } from '../../core/decision.ts';
import { defined } from '../../lang/defined.ts';
import type { KnownQueue } from '../../metric-sources/source.ts';
import { STEP_MS } from '../load/curve.ts';
import type { Demand } from '../load/demand.ts';
import { type Delays, type InstanceCounts, Instances } from './instances.ts';
import { Queue, type QueueModel } from './queue.ts';

/** What the policy says of one app, in the words of `decide`. */
export type AppTerms = Omit<AppInput, 'readings' | 'observed' | 'held'>;

export interface WorldApp {
  readonly terms: AppTerms;
  /** How many run at the beginning. */
  readonly initial: number;
  /** How its instances stand at the beginning, where not all of them run. */
  readonly standing?: InstanceCounts;
  /** Absent on apps without a queue. */
  readonly demand?: Demand;
  readonly heldPerInstance: number;
  /** Its bounds at a moment, ms since the epoch, where its schedules change them. */
  readonly boundsAt?: (ms: number) => Pick<AppTerms, 'min' | 'max'>;
  /** Another model of its queue, made anew for each run; default: `Queue`. */
  readonly queue?: (demand: Demand) => QueueModel;
}

export interface WorldOptions {
  readonly apps: readonly WorldApp[];
  /** What the apps share, as the policy says it. */
  readonly budget: Budget;
  /** Places beyond the budget that the machines have, as a share of it; 0 as a rule. */
  readonly spare: number;
  readonly delays: Delays;
  /** μ, messages/s per instance. */
  readonly serviceRate: number;
  readonly serviceSpread: number;
  /** Messages/s that all instances of an app together can work off; absent: no limit. */
  readonly mostPerS?: number;
  /** How old a count of the queue is when it is read, ms. */
  readonly metricAgeMs: number;
  /** Largest error of a count, as a share of it. */
  readonly metricError: number;
  /** How often the law may act, ms. */
  readonly intervalMs: number;
  readonly steps: number;
  /** Time of the first step, ms since the epoch; any day by default. */
  readonly fromMs?: number;
}

/** What happened, one value per step and app. */
export interface Series {
  readonly requested: Int32Array;
  readonly running: Int32Array;
  readonly staging: Int32Array;
  readonly killing: Int32Array;
  readonly waiting: Float64Array;
  readonly total: Float64Array;
  /** Cumulative. */
  readonly arrived: Float64Array;
}

export interface Member {
  readonly terms: AppTerms;
  readonly cost: Vector;
  readonly instances: Instances;
  readonly queue: QueueModel | undefined;
  readonly demand: Demand | undefined;
  readonly series: Series;
}

/** Of so many messages the times are known. */
const SEEN_ARRIVALS = 32;

/** When the first step begins where nobody says another time; any day will do. */
const START_MS = Date.UTC(2026, 0, 1);

export class World {
  readonly options: WorldOptions;
  readonly members: readonly Member[];
  /** Members in the order in which free places go to them. */
  readonly #byPriority: readonly Member[];
  readonly #scheduled: readonly ScheduledMember[];
  readonly #fromMs: number;
  readonly #places: Vector;
  #k = -1;
  #stirred = false;

  constructor(options: WorldOptions) {
    this.options = options;
    const members = options.apps.map((app) => memberOf(app, options));
    this.members = members;
    this.#scheduled = members.flatMap((member, i) => {
      const boundsAt = options.apps[i]?.boundsAt;
      return boundsAt === undefined ? [] : [{ member, boundsAt }];
    });
    this.#fromMs = options.fromMs ?? START_MS;
    this.#byPriority = this.members.toSorted(
      (a, b) =>
        a.terms.priority - b.terms.priority || Number(isRemainder(a.terms)) - Number(isRemainder(b.terms)),
    );
    this.#places = placesOf(options.budget).map((each) => Math.floor(each * (1 + options.spare)));
  }

  /** Index of the present step; -1 before the first. */
  get k(): number {
    return this.#k;
  }

  /** The end of the present step: when a count is read and a decision made, and what a delay then begins at. */
  get nowMs(): number {
    return this.#fromMs + (this.#k + 1) * STEP_MS;
  }

  /** Whether an instance has started or gone in this step: what a scheduler wakes the controller for. */
  get stirred(): boolean {
    return this.#stirred;
  }

  get isOver(): boolean {
    return this.#k + 1 >= this.options.steps;
  }

  /** Lets one step pass: what is due starts and goes, free places are taken, messages come and are worked on. */
  step(): void {
    const beginsMs = this.nowMs;
    const k = ++this.#k;
    this.#stirred = false;
    for (const { member, boundsAt } of this.#scheduled)
      member.terms = { ...member.terms, ...boundsAt(beginsMs) };
    for (const { instances } of this.members) if (instances.ripen(beginsMs)) this.#stirred = true;
    this.#launch(beginsMs);
    for (const { instances, queue, series } of this.members) {
      queue?.step(k, instances.serving);
      record(series, k, { instances, queue });
    }
  }

  /** Asks for another count of an app, as a PUT of `instances` would. */
  scale(member: Member, to: number): void {
    if (to === member.instances.requested) return;
    member.instances.scale(to, this.nowMs);
    this.#launch(this.nowMs);
  }

  /** The count of a member's queue as it can be read now: old and wrong as the options say. */
  count({ series, demand }: Member): KnownQueue {
    const { metricAgeMs, metricError } = this.options;
    const at = Math.max(0, this.#k - Math.round(metricAgeMs / STEP_MS));
    const off = 1 + metricError * (demand?.error[this.#k] ?? 0);
    const waiting = series.waiting[at] ?? 0;
    const arrived = series.arrived[at] ?? 0;
    const asOfMs = this.nowMs;
    const arrivals = this.#arrivals(series, { first: arrived - waiting, waiting, at });
    const [oldestMs] = arrivals;
    return {
      asOfMs,
      total: Math.round((series.total[at] ?? 0) * off),
      waiting: Math.round(waiting * off),
      arrived,
      taken: arrived - waiting,
      ...(oldestMs !== undefined && { oldestAgeMs: asOfMs - oldestMs, arrivals }),
    };
  }

  /** When the oldest of those that wait came. */
  #arrivals(
    series: Series,
    { first, waiting, at }: { readonly first: number; readonly waiting: number; readonly at: number },
  ): readonly number[] {
    const times: number[] = [];
    if (waiting <= 0) return times;
    let k = arrivalOf(series, first, at);
    for (let i = 0; i < Math.min(waiting, SEEN_ARRIVALS); i++) {
      while (k < at && (series.arrived[k] ?? 0) <= first + i) k++;
      times.push(this.#fromMs + (k + 1) * STEP_MS);
    }
    return times;
  }

  #launch(atMs: number): void {
    if (this.members.every(({ instances }) => instances.waiting <= 0)) return;
    const free = [...this.#places];
    for (const { cost, instances } of this.members)
      for (let d = 0; d < free.length; d++) free[d] = (free[d] ?? 0) - (cost[d] ?? 0) * instances.held;
    for (const { cost, instances } of this.#byPriority) {
      const n = Math.min(instances.waiting, fitting(free, cost));
      if (n <= 0) continue;
      instances.launch(n, atMs);
      for (let d = 0; d < free.length; d++) free[d] = (free[d] ?? 0) - (cost[d] ?? 0) * n;
    }
  }
}

type WritableMember = { -readonly [K in keyof Member]: Member[K] };

interface ScheduledMember {
  readonly member: WritableMember;
  readonly boundsAt: NonNullable<WorldApp['boundsAt']>;
}

function memberOf(app: WorldApp, options: WorldOptions): WritableMember {
  const { terms, demand, initial, heldPerInstance } = app;
  const { steps, serviceRate, serviceSpread, mostPerS } = options;
  const service = { serviceRate, serviceSpread, ...defined({ mostPerS }) };
  const inBulk = (of: Demand): QueueModel => new Queue(of, { ...service, heldPerInstance });
  const { queue = inBulk } = app;
  return {
    terms,
    cost: terms.role === 'fixed' && !terms.countsAgainstBudget ? [] : costOf(options.budget, terms.footprint),
    instances: new Instances(options.delays, app.standing ?? initial, options.fromMs ?? START_MS),
    queue: demand && queue(demand),
    demand,
    series: {
      requested: new Int32Array(steps),
      running: new Int32Array(steps),
      staging: new Int32Array(steps),
      killing: new Int32Array(steps),
      waiting: new Float64Array(demand === undefined ? 0 : steps),
      total: new Float64Array(demand === undefined ? 0 : steps),
      arrived: new Float64Array(demand === undefined ? 0 : steps),
    },
  };
}

function record(series: Series, k: number, { instances, queue }: Pick<Member, 'instances' | 'queue'>): void {
  series.requested[k] = instances.requested;
  series.running[k] = instances.running;
  series.staging[k] = instances.staging;
  series.killing[k] = instances.killing;
  if (queue === undefined) return;
  series.waiting[k] = queue.waiting;
  series.total[k] = queue.total;
  series.arrived[k] = queue.arrived;
}

/** The step in which the message came before which `before` others had come; by bisection up to `last`. */
export function arrivalOf({ arrived }: Pick<Series, 'arrived'>, before: number, last: number): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((arrived[middle] ?? 0) > before) high = middle;
    else low = middle + 1;
  }
  return low;
}

function placesOf(budget: Budget): Vector {
  if (budget.kind === 'slots') return [budget.slots];
  if (budget.kind === 'resources') {
    const { cpus, mem, disk, gpus } = budget.total;
    return [cpus, mem, disk, gpus];
  }
  return [Number.POSITIVE_INFINITY];
}

function fitting(free: readonly number[], cost: Vector): number {
  let n = Number.POSITIVE_INFINITY;
  for (let d = 0; d < cost.length; d++) {
    const each = cost[d] ?? 0;
    if (each > 0) n = Math.min(n, Math.floor((free[d] ?? 0) / each + 1e-9));
  }
  return n;
}

function isRemainder({ role }: AppTerms): boolean {
  return role === 'remainder';
}
