// simulator: the figures that laws are compared by.

import { STEP_MS, STEP_S } from './load/curve.ts';
import type { Demand } from './load/demand.ts';
import { limitWith } from './target.ts';
import { arrivalOf, type Member, type World } from './world/world.ts';

/** A run as far as it is judged, wherever it took place. */
export interface Ran {
  readonly members: readonly Pick<Member, 'terms' | 'series' | 'demand'>[];
  readonly options: Omit<World['options'], 'spare'>;
}

type Judged = Ran['members'][number];

/** All shares in percent. */
export interface Figures {
  /** Share of the time in which some queue is above its target. */
  readonly V: number;
  /** What remainders had, as a share of what a fluid optimum would have left them. */
  readonly R: number;
  /** Mean of what is above the target, in targets. */
  readonly excess: number;
  /** 95th percentile of the time from arrival until somebody takes the message, s. */
  readonly p95WaitS: number;
  /** How often the count of a scaled app was changed. */
  readonly changesPerMin: number;
  /** Changes in the other direction than the one before. */
  readonly reversalsPerMin: number;
  readonly elasticity: Elasticity;
}

/**
 * Herbst et al., Ready for Rain? (SPEC-RG-2016-01), section 3: demand d is the least count that keeps up with the
 * arrivals, supply s the count that serves. Under- and over-provisioning accuracy θ in instances, time share τ in
 * percent, and instability υ, the share of seconds in which supply and demand do not move the same way, in percent.
 */
export interface Elasticity {
  readonly thetaUnder: number;
  readonly thetaOver: number;
  readonly tauUnder: number;
  readonly tauOver: number;
  readonly upsilon: number;
}

/** @param from the first step that counts: what was before it does not count */
export function figuresOf(world: Ran, from = 0): Figures {
  const served = world.members.filter(isServed);
  const perMinute = 60 / ((world.options.steps - from) * STEP_S);
  const changes = served.map((member) => changesOf(member.series.requested.subarray(from)));
  const over = overTarget(served, world, from);
  return {
    V: over.share,
    R: remainderShare(world, from),
    excess: over.excess,
    p95WaitS: Math.max(0, ...served.map(p95WaitS)),
    changesPerMin: perMinute * changes.reduce((sum, { changes: n }) => sum + n, 0),
    reversalsPerMin: perMinute * changes.reduce((sum, { reversals: n }) => sum + n, 0),
    elasticity: meanElasticity(served.map((member) => elasticityOf(member, world, from))),
  };
}

type Served = Judged & { readonly demand: Demand };

function isServed(member: Judged): member is Served {
  return member.demand !== undefined && member.terms.role === 'scaled';
}

function overTarget(
  served: readonly Served[],
  { options }: Ran,
  from: number,
): { readonly share: number; readonly excess: number } {
  const { steps, serviceRate } = options;
  let above = 0;
  let excess = 0;
  for (let k = from; k < steps; k++) {
    let some = false;
    for (const { terms, series } of served) {
      const limit = limitWith(terms.targets[0], series.running[k] ?? 0, serviceRate);
      const waiting = series.waiting[k] ?? 0;
      if (waiting <= limit) continue;
      some = true;
      excess += (waiting - limit) / Math.max(1, limit);
    }
    if (some) above++;
  }
  return {
    share: (100 * above) / (steps - from),
    excess: excess / ((steps - from) * Math.max(1, served.length)),
  };
}

/** The fluid optimum follows λ/μ without delay, within bounds; the rest of the budget is the remainder's. */
function remainderShare({ members, options }: Ran, from: number): number {
  const { steps, serviceRate, budget } = options;
  const remainders = members.filter(({ terms }) => terms.role === 'remainder');
  if (remainders.length === 0) return Number.NaN;
  const served = members.filter(isServed);
  const slots = budget.kind === 'slots' ? budget.slots : initialSlots(members);
  let had = 0;
  let optimum = 0;
  for (let k = from; k < steps; k++) {
    for (const { series } of remainders) had += series.running[k] ?? 0;
    let needed = 0;
    for (const { terms, demand } of served) {
      const fluid = (demand.curve.rate[k] ?? 0) / (serviceRate * (demand.curve.service[k] ?? 1));
      needed += Math.min(terms.max, Math.max(terms.min, fluid));
    }
    optimum += Math.max(0, slots - needed);
  }
  return (100 * had) / optimum;
}

/** A pool starts full: what it holds then is what it can hold. */
function initialSlots(members: readonly Judged[]): number {
  return members.reduce(
    (sum, { terms, series }) => sum + (terms.role === 'fixed' ? 0 : (series.running[0] ?? 0)),
    0,
  );
}

/** In order of arrival; what still waits at the end has waited until then. */
function p95WaitS({ series, demand }: Served): number {
  const { arrived, waiting } = series;
  const last = arrived.length - 1;
  const waits = new Map<number, number>();
  let taken = 0;
  for (let k = 0; k <= last; k++) {
    const now = k === last ? (arrived[k] ?? 0) : (arrived[k] ?? 0) - (waiting[k] ?? 0);
    for (let from = arrivalOf(series, taken, k); taken < now; from++) {
      const n = Math.min(now, arrived[from] ?? 0) - taken;
      waits.set(k - from, (waits.get(k - from) ?? 0) + n);
      taken += n;
    }
  }
  const total = demand.arrivals.reduce((sum, n) => sum + n, 0);
  let seen = 0;
  for (const [steps, n] of [...waits].sort(([a], [b]) => a - b)) {
    seen += n;
    if (seen >= 0.95 * total) return (steps * STEP_MS) / 1000;
  }
  return 0;
}

export function changesOf(counts: Int32Array): { readonly changes: number; readonly reversals: number } {
  let changes = 0;
  let reversals = 0;
  let direction = 0;
  for (let k = 1; k < counts.length; k++) {
    const sign = Math.sign((counts[k] ?? 0) - (counts[k - 1] ?? 0));
    if (sign === 0) continue;
    changes++;
    if (sign === -direction) reversals++;
    direction = sign;
  }
  return { changes, reversals };
}

const STEPS_PER_S = Math.round(1 / STEP_S);

function elasticityOf({ terms, series, demand }: Served, { options }: Ran, from: number): Elasticity {
  const { rate, service } = demand.curve;
  const sum = { under: 0, over: 0, timeUnder: 0, timeOver: 0, unlike: 0 };
  let seconds = 0;
  let last: { readonly demand: number; readonly supply: number } | undefined;
  for (let k = from; k < options.steps; k += STEPS_PER_S) {
    const fluid = (rate[k] ?? 0) / (options.serviceRate * (service[k] ?? 1));
    const now = {
      demand: Math.min(terms.max, Math.max(terms.min, Math.ceil(fluid - 1e-9))),
      supply: series.running[k] ?? 0,
    };
    const missing = now.demand - now.supply;
    sum.under += Math.max(0, missing);
    sum.over += Math.max(0, -missing);
    if (missing > 0) sum.timeUnder++;
    if (missing < 0) sum.timeOver++;
    if (last !== undefined && Math.sign(now.demand - last.demand) !== Math.sign(now.supply - last.supply))
      sum.unlike++;
    last = now;
    seconds++;
  }
  return {
    thetaUnder: sum.under / seconds,
    thetaOver: sum.over / seconds,
    tauUnder: (100 * sum.timeUnder) / seconds,
    tauOver: (100 * sum.timeOver) / seconds,
    upsilon: (100 * sum.unlike) / Math.max(1, seconds - 1),
  };
}

function meanElasticity(all: readonly Elasticity[]): Elasticity {
  const mean = (of: (e: Elasticity) => number): number =>
    all.reduce((sum, e) => sum + of(e), 0) / Math.max(1, all.length);
  return {
    thetaUnder: mean((e) => e.thetaUnder),
    thetaOver: mean((e) => e.thetaOver),
    tauUnder: mean((e) => e.tauUnder),
    tauOver: mean((e) => e.tauOver),
    upsilon: mean((e) => e.upsilon),
  };
}
