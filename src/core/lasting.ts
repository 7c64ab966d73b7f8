// core: the part of a pool's memory that outlives the process, and taking it up again without trust.

import { isObject } from '../api/schema/json-schema.ts';
import type { DecisionMemory } from './decision.ts';
import { isLulls, type Lulls } from './demand/giving-back/lulls.ts';
import { isTally, type Tally } from './demand/history.ts';
import type { TroubleMemory } from './demand/launches/launch-trouble.ts';
import { isTook, type LaunchMemory } from './demand/launches/launches.ts';
import { resumedWarmUp } from './demand/launches/warm-up.ts';
import { isAccount, lastingAccount, type MissAccount, movedAccount } from './demand/objective.ts';
import type { FluidLearned } from './law/fluid.ts';
import { interrupted, readSeason } from './law/outlook/season.ts';
import type { ServiceRate } from './law/rates/estimate.ts';
import { ageServiceRate } from './law/rates/estimator.ts';
import { bestKnown } from './learned.ts';
import { type AppState, type LawMemory, memoryOf, statesIn } from './memory.ts';

/**
 * What is kept is what an app and its queue are like; how they stood is not, since it is not known what happened in between:
 *
 * | kept                                   | until                                                      |
 * |----------------------------------------|------------------------------------------------------------|
 * | μ                                      | the filter itself would doubt it by half: 40 minutes or so |
 * | time from asking to running            | the next launch; after an hour that alone counts           |
 * | time from running to the first message | what the next instances show                               |
 * | how long needs last                    | what the next ones show                                    |
 * | the season's profile                   | after a day it has to prove itself anew                    |
 * | changes made, instances taken, trouble | their own periods, which go by the clock                   |
 * | time above targets with an objective   | it leaves the objective's window                           |
 * | λ, levels, windows, hand-overs         | not at all: cluster and metrics say how things stand       |
 *
 * Numbers are rounded, so that a pool that does not learn anything new is the same text as before.
 */
export interface LastingMemory {
  readonly version: 1;
  readonly apps: Readonly<Record<string, LastingApp>>;
}

interface LastingApp {
  /** One per target, in order; null where nothing was learned. */
  readonly laws: readonly (FluidLearned['learned'] | null)[];
  readonly deadTime?: {
    readonly ms: number;
    readonly seen: number;
    /** How long the latest launches took. */
    readonly took?: readonly number[];
  };
  readonly warmUp?: { readonly ms: number; readonly seen: number; readonly variance?: number };
  readonly lulls?: Lulls;
  readonly added?: Tally;
  readonly removed?: Tally;
  readonly yielded?: Tally;
  readonly raisedAtMs?: number;
  readonly trouble?: TroubleMemory;
  /** One per target, in order; null where it has no objective. */
  readonly accounts?: readonly (MissAccount | null)[];
}

const VERSION = 1;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The estimator takes a μ that is less sure for unknown. */
const MOST_DOUBT = 0.5;
/** What is lost by `rough`, as a share of the number. */
const ROUNDING = 0.05;
/** Who takes no longer from running to the first message is at work at once. */
const LEAST_WARM_UP_MS = 100;
/** More launches than these do not make the mean any slower (core/demand/launches/launches.ts). */
const LAUNCHES_THAT_COUNT = 10;

export function lastingOf(memory: DecisionMemory): LastingMemory {
  const stateOf = statesIn(memory);
  const ids = memory.apps.map(({ id }) => id).sort();
  const apps = ids.flatMap((id): (readonly [string, LastingApp])[] => {
    const state = stateOf(id);
    return state === undefined ? [] : [[id, lastingApp(state)]];
  });
  return { version: VERSION, apps: Object.fromEntries(apps) };
}

function lastingApp(state: AppState): LastingApp {
  const { laws, launches, warmUp, behavior, preemption, trouble, accounts } = state;
  const { added = [], removed = [], lulls } = behavior;
  const { raisedAtMs, yielded } = preemption;
  return {
    laws: laws.map(learnedBy),
    ...(launches !== null && {
      deadTime: {
        ms: rough(launches.deadTimeMs),
        seen: Math.min(launches.seen, LAUNCHES_THAT_COUNT),
        ...(launches.took && { took: launches.took.map(rough) }),
      },
    }),
    ...(warmUp !== undefined &&
      warmUp.ms >= LEAST_WARM_UP_MS && {
        warmUp: {
          ms: rough(warmUp.ms),
          seen: Math.min(warmUp.seen, LAUNCHES_THAT_COUNT),
          ...(warmUp.variance !== undefined && { variance: rough(warmUp.variance) }),
        },
      }),
    ...(lulls && { lulls: [rough(lulls[0]), rough(lulls[1])] as const }),
    ...(added.length > 0 && { added }),
    ...(removed.length > 0 && { removed }),
    ...(yielded.length > 0 && { yielded }),
    ...(raisedAtMs > 0 && { raisedAtMs }),
    ...(Object.keys(trouble).length > 0 && { trouble }),
    ...(accounts && { accounts: accounts.map((account) => account && lastingAccount(account)) }),
  };
}

function learnedBy(law: LawMemory | null): FluidLearned['learned'] | null {
  if (law?.law !== 'Fluid') return null;
  if ('learned' in law) return law.learned;
  const { service, varService } = bestKnown(law);
  const doubt = Math.sqrt(varService) / service;
  const { season } = law;
  return {
    ...(doubt <= MOST_DOUBT && {
      service: { rate: rough(service), doubt: Math.max(ROUNDING, rough(doubt)) },
    }),
    ...(season !== undefined && { season: interrupted(season, false) }),
  };
}

/** Two digits: hardly anything here is known any better. */
function rough(value: number): number {
  return Number(value.toPrecision(2));
}

/** With its times moved from one clock to another. */
export function movedLasting(memory: LastingMemory, byMs: number): LastingMemory {
  if (byMs === 0) return memory;
  const apps = Object.entries(memory.apps).map(([id, app]): [string, LastingApp] => [
    id,
    movedApp(app, byMs),
  ]);
  return { ...memory, apps: Object.fromEntries(apps) };
}

function movedApp(app: LastingApp, byMs: number): LastingApp {
  const { added, removed, yielded, raisedAtMs, trouble, accounts } = app;
  return {
    ...app,
    ...(added && { added: movedTally(added, byMs) }),
    ...(removed && { removed: movedTally(removed, byMs) }),
    ...(yielded && { yielded: movedTally(yielded, byMs) }),
    ...(raisedAtMs !== undefined && { raisedAtMs: raisedAtMs + byMs }),
    ...(trouble && { trouble: movedTrouble(trouble, byMs) }),
    ...(accounts && { accounts: accounts.map((account) => account && movedAccount(account, byMs)) }),
  };
}

function movedTally(tally: Tally, byMs: number): Tally {
  return tally.map(([atMs, n]) => [atMs + byMs, n] as const);
}

function movedTrouble({ backingOff, short }: TroubleMemory, byMs: number): TroubleMemory {
  return {
    ...(backingOff && {
      backingOff: { sinceMs: backingOff.sinceMs + byMs, seenMs: backingOff.seenMs + byMs },
    }),
    ...(short && { short: { ...short, seenMs: short.seenMs + byMs, dueMs: short.dueMs + byMs } }),
  };
}

/** The wall clock's time, and how far it is ahead of the one that a memory goes by. */
interface Times {
  readonly nowMs: number;
  readonly wallAheadMs: number;
}

/**
 * A memory that begins where the last process left off. Whatever cannot be read is left out, app by app.
 *
 * @param raw what a store gave back
 * @returns undefined when nothing of it can be read
 */
export function resume(
  raw: unknown,
  {
    savedAtMs,
    nowMs,
    wallAheadMs = 0,
  }: { readonly savedAtMs: number } & Pick<Times, 'nowMs'> & Partial<Times>,
): DecisionMemory | undefined {
  if (!isObject(raw) || raw['version'] !== VERSION || !isObject(raw['apps'])) return undefined;
  // A clock that was set back says nothing about how long ago that was.
  const goneMs = nowMs >= savedAtMs ? nowMs - savedAtMs : Number.POSITIVE_INFINITY;
  const states = Object.entries(raw['apps']).map(([id, app]): AppState | undefined =>
    isObject(app) ? resumedApp(id, app, { goneMs, nowMs, wallAheadMs }) : undefined,
  );
  return memoryOf(states.filter((state) => state !== undefined));
}

function resumedApp(
  id: string,
  app: Readonly<Record<string, unknown>>,
  { goneMs, ...times }: { readonly goneMs: number } & Times,
): AppState {
  const deadTime = readDeadTime(app['deadTime']);
  const warmUp = readDeadTime(app['warmUp']);
  const laws = Array.isArray(app['laws']) ? app['laws'] : [];
  const accounts = Array.isArray(app['accounts']) ? app['accounts'] : undefined;
  const lulls = app['lulls'];
  return {
    id,
    laws: laws.map((law) => resumedLaw(law, goneMs)),
    launches: deadTime === undefined ? null : resumedLaunches(deadTime, app['deadTime'], goneMs),
    ...(warmUp && { warmUp: resumedWarmUp({ ...warmUp, ...varianceIn(app['warmUp']) }) }),
    behavior: {
      added: tallyUntil(app['added'], times),
      removed: tallyUntil(app['removed'], times),
      ...(isLulls(lulls) && { lulls }),
    },
    trouble: readTrouble(app['trouble'], times),
    preemption: {
      raisedAtMs: timeUntil(app['raisedAtMs'], times) ?? 0,
      yielded: tallyUntil(app['yielded'], times),
    },
    granted: 0,
    to: 0,
    resumed: true,
    ...(accounts && {
      accounts: accounts.map((raw) => (isAccount(raw) ? movedAccount(raw, -times.wallAheadMs) : null)),
    }),
  };
}

function resumedLaunches(
  { ms, seen }: NonNullable<ReturnType<typeof readDeadTime>>,
  raw: unknown,
  goneMs: number,
): LaunchMemory {
  const isOld = goneMs > HOUR_MS;
  const took = isObject(raw) ? raw['took'] : undefined;
  return {
    ready: [],
    asks: [],
    deadTimeMs: ms,
    seen: isOld ? 0 : seen,
    ...(!isOld && isTook(took) && { took }),
  };
}

function resumedLaw(raw: unknown, goneMs: number): FluidLearned | null {
  if (!isObject(raw)) return null;
  const service = readServiceRate(raw['service'], goneMs);
  const season = readSeason(raw['season']);
  if (service === undefined && season === undefined) return null;
  return {
    law: 'Fluid',
    learned: {
      ...(service !== undefined && { service }),
      ...(season !== undefined && { season: interrupted(season, goneMs > DAY_MS) }),
    },
  };
}

function readServiceRate(raw: unknown, goneMs: number): ServiceRate | undefined {
  if (!isObject(raw)) return undefined;
  const { rate, doubt } = raw;
  if (!isPositive(rate) || !isPositive(doubt)) return undefined;
  const now = ageServiceRate({ rate, doubt }, goneMs);
  return now.doubt <= MOST_DOUBT ? now : undefined;
}

function readDeadTime(raw: unknown): { readonly ms: number; readonly seen: number } | undefined {
  if (!isObject(raw)) return undefined;
  const { ms, seen } = raw;
  return isPositive(ms) && isPositive(seen) ? { ms, seen: Math.min(seen, LAUNCHES_THAT_COUNT) } : undefined;
}

function varianceIn(raw: unknown): { readonly variance?: number } {
  const variance = isObject(raw) ? raw['variance'] : undefined;
  return isPositive(variance) ? { variance } : {};
}

function readTrouble(raw: unknown, times: Times): TroubleMemory {
  if (!isObject(raw)) return {};
  const { backingOff, short } = raw;
  const sinceMs = isObject(backingOff) ? timeUntil(backingOff['sinceMs'], times) : undefined;
  const seenMs = isObject(backingOff) ? timeUntil(backingOff['seenMs'], times) : undefined;
  return {
    ...(sinceMs !== undefined && seenMs !== undefined && { backingOff: { sinceMs, seenMs } }),
    ...(isObject(short) && readShortage(short, times)),
  };
}

function readShortage(
  short: Readonly<Record<string, unknown>>,
  times: Times,
): Pick<TroubleMemory, 'short'> | undefined {
  const { dueMs, instances } = short;
  const seenMs = timeUntil(short['seenMs'], times);
  if (seenMs === undefined || !isPositive(dueMs) || !isPositive(instances)) return undefined;
  return { short: { seenMs, dueMs: dueMs - times.wallAheadMs, instances } };
}

function tallyUntil(raw: unknown, { nowMs, wallAheadMs }: Times): Tally {
  const past = isTally(raw) ? raw.filter(([atMs, n]) => atMs <= nowMs && isPositive(n)) : [];
  return movedTally(past, -wallAheadMs);
}

function timeUntil(raw: unknown, { nowMs, wallAheadMs }: Times): number | undefined {
  return isPositive(raw) && raw <= nowMs ? raw - wallAheadMs : undefined;
}

function isPositive(raw: unknown): raw is number {
  return typeof raw === 'number' && Number.isFinite(raw) && raw > 0;
}
