// core: what one app asks of its pool this round: observation → law → behavior → bounds, each with its step.

import type { BehaviorSpec } from '../api/policy.ts';
import { MAX_COUNT } from '../api/schema/shapes.ts';
import { type AlternativesOf, withoutAlternatives } from '../api/words/alternatives.ts';
import { spanText } from '../api/words/figures.ts';
import type { Vector } from './allocation/free-capacity.ts';
import { isBlocked, isHeld, isOverridden } from './allocation/pool.ts';
import { keeps, type PreemptionMemory } from './allocation/preemption.ts';
import type { AppInput, DecisionStep, LimitedBy } from './decision.ts';
import { type BehaviorMemory, shape } from './demand/behavior.ts';
import { paceOf } from './demand/launches/instance-pace.ts';
import {
  followTrouble,
  launchLimit,
  NO_TROUBLE,
  type TroubleMemory,
  triesAgainMs,
} from './demand/launches/launch-trouble.ts';
import { followLaunches, type LaunchMemory, launchTimesOf, serving } from './demand/launches/launches.ts';
import { followWarmUp, type WarmUpMemory } from './demand/launches/warm-up.ts';
import type { MissAccount } from './demand/objective.ts';
import { joined, withStep } from './demand/steps.ts';
import { metricDelayMsOf } from './demand/target-options.ts';
import { type TargetDemand, type TargetInput, targetDemand } from './demand/targets.ts';
import { type Timing, timingOf } from './demand/timing.ts';
import { type FutilityMemories, type Useful, useful } from './demand/useful.ts';
import { workCountOf } from './demand/work-count.ts';
import type { Pace } from './law/rates/drain-time.ts';
import type { AppState, LawMemory } from './memory.ts';
import { count } from './numbers.ts';

/** What an app would have if it were alone, and what it remembers of how that came about. */
export interface AppDemand {
  readonly app: AppInput;
  /** What one instance takes of the budget. */
  readonly cost: Vector;
  readonly min: number;
  readonly max: number;
  /** The scheduler's count; 0 when the app does not exist. */
  readonly requested: number;
  readonly wanted: number;
  /** What preemption let it keep this round. */
  readonly keeps: number;
  readonly steps: readonly DecisionStep[];
  readonly limitedBy: LimitedBy | undefined;
  /** Its need is not known: nothing that it might need is lent. */
  readonly unknown: boolean;
  readonly trouble: TroubleMemory;
  readonly start: DemandStart;
  readonly draft: DemandDraft;
}

/** Where an app stands at the start of the round. */
export interface DemandStart {
  readonly app: AppInput;
  readonly behavior: BehaviorSpec;
  readonly state: AppState | undefined;
  readonly timing: Timing;
  readonly nowMs: number;
  readonly min: number;
  readonly max: number;
  readonly requested: number;
  readonly trouble: TroubleMemory;
  readonly preemption: PreemptionMemory;
}

/** A demand before the bounds, and the part of an app's memory that is made before the pool is looked at. */
export interface DemandDraft {
  readonly wanted: number;
  readonly steps: readonly DecisionStep[];
  readonly limitedBy?: LimitedBy | undefined;
  readonly unknown: boolean;
  /** What the law said, and why, with its numbers. */
  readonly law: number;
  readonly reason: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly alternativesOf: AlternativesOf | undefined;
  readonly paces?: readonly (Pace | null)[] | undefined;
  readonly laws: readonly (LawMemory | null)[];
  readonly launches: LaunchMemory | null;
  readonly warmUp?: WarmUpMemory | undefined;
  readonly behavior: BehaviorMemory;
  readonly accounts?: readonly (MissAccount | null)[] | undefined;
  readonly futility?: FutilityMemories | undefined;
}

export function appDemand(
  app: AppInput,
  state: AppState | undefined,
  cost: Vector,
  nowMs: number,
): AppDemand {
  const max = count(app.max);
  const start: DemandStart = {
    app,
    behavior: app.behavior,
    state,
    timing: timingOf(app.behavior),
    nowMs,
    min: Math.min(count(app.min), max),
    max,
    requested: count(app.observed?.requested ?? 0),
    trouble: followTrouble(state?.trouble ?? NO_TROUBLE, app.observed, nowMs),
    preemption: state?.preemption ?? NO_PREEMPTION,
  };
  return bound(start, draftOf(start), cost);
}

function draftOf(s: DemandStart): DemandDraft {
  if (s.app.observed === undefined) return absent(s);
  const draft = s.app.role === 'scaled' ? scaled(s) : remainder(s);
  const order = s.app.held ?? s.app.override;
  if (order === undefined) return draft;
  const wanted = count(order.instances);
  const { reason } = order;
  const rule = s.app.held === undefined ? 'override' : 'held';
  const step = { rule, before: draft.wanted, after: wanted, reason };
  const kept = { ...draft, wanted, reason, limitedBy: 'held', steps: withStep(draft.steps, step) } as const;
  // What is ordered is known, whether or not the need is.
  return s.app.held === undefined ? { ...kept, law: wanted, unknown: false } : kept;
}

/** What it will need is not known before it runs. */
function absent(s: DemandStart): DemandDraft {
  const { blocked, role } = s.app;
  const unknown = role === 'scaled';
  if (blocked !== undefined) return { ...plain(s, s.min, blocked), unknown, limitedBy: 'creation' };
  return { ...plain(s, s.min, 'does not exist yet: to be created with its minimum'), unknown };
}

const FIRST = 'first decision since the start: keeps what is there';

/** The scheduler's counts are the truth after a start, whatever is remembered. */
function isFirst(state: AppState | undefined): boolean {
  return state === undefined || state.resumed === true;
}

function remainder(s: DemandStart): DemandDraft {
  if (isFirst(s.state)) return plain(s, s.requested, FIRST);
  return plain(s, MAX_COUNT, 'takes what nobody above needs');
}

function scaled(s: DemandStart): DemandDraft {
  const { app, state, timing, nowMs, requested } = s;
  const observed = app.observed;
  if (observed === undefined || app.targets.length === 0) return plain(s, requested, 'has no target');
  // While a hand-over is under way the grant is what counts: the rest follows as soon as its slots are free.
  const handingOver = state !== undefined && state.granted > state.to && app.held === undefined;
  const asked = handingOver ? Math.max(requested, state.granted) : requested;
  const ready = serving(observed, timing.startupMs, nowMs);
  const now = { asked, ready, nowMs };
  const launches = followLaunches(state?.launches ?? undefined, now, timing.startupMs);
  const placed = observed.requested - observed.waiting;
  const settled =
    asked === requested && observed.running === placed && observed.staging + observed.killing === 0;
  const accounts = state?.accounts;
  const warmUp = warmUpOf(s, ready, launches);
  const situation: TargetInput = {
    app,
    timing,
    nowMs,
    min: s.min,
    asked,
    running: launches.ready,
    pace: paceOf(launches, warmUp, now),
    launchTimes: launchTimesOf(launches),
    isUntold: warmUp === undefined && app.targets.length === 1,
    settled,
    accounts,
  };
  const a = targetDemand(situation, state?.laws ?? []);
  const first = isFirst(state);
  const use = isLookedFor(app) ? useful(state?.futility, a.wishes, situation) : asWanted(a);
  const shaped = shape(
    {
      asked,
      wanted: first ? asked : use.wanted,
      least: s.min,
      need: first ? asked : use.need,
      holdMs: a.holdMs,
      leastHoldMs: a.leastHoldMs ?? a.holdMs,
      fallWorth: a.fallWorth,
      nowMs,
    },
    state?.behavior ?? {},
    s,
  );
  return {
    law: first ? asked : a.wanted,
    wanted: shaped.wanted,
    reason: first ? FIRST : a.reason,
    steps: first
      ? withStep(a.steps, { rule: 'start', before: a.wanted, after: asked, reason: FIRST })
      : joined(use.step === undefined ? a.steps : withStep(a.steps, use.step), shaped.steps),
    limitedBy: a.unknown ? 'metric' : (shaped.limitedBy ?? use.limitedBy),
    figures: use.step === undefined ? a.figures : withoutAlternatives(a.figures),
    alternativesOf:
      use.step === undefined
        ? a.alternativesOf
        : { none: `its law wants ${a.wanted}, and futility keeps it at ${use.wanted}` },
    paces: a.paces,
    unknown: a.unknown,
    laws: a.memory,
    launches,
    warmUp,
    behavior: shaped.memory,
    accounts: a.accounts,
    futility: use.memory,
  };
}

/** Who works is told of a single queue only: of several, each has a part of the instances. */
function warmUpOf(
  { app, state, nowMs }: DemandStart,
  ready: number,
  launches: LaunchMemory,
): WarmUpMemory | undefined {
  const [target, other] = app.targets;
  const work =
    target === undefined || other !== undefined
      ? undefined
      : workCountOf(
          { metric: app.readings[0], metricDelayMs: metricDelayMsOf(target), memory: state?.laws[0] },
          ready,
        );
  if (work === undefined && state?.warmUp === undefined) return undefined;
  return followWarmUp(state?.warmUp, { running: ready, before: launches.ready, nowMs, work });
}

const NO_FUTILITY: FutilityMemories = [];

function asWanted({ wanted, need }: TargetDemand): Useful {
  return { wanted, need, memory: NO_FUTILITY };
}

/** Whether no more are to be had than are of use. */
function isLookedFor({ behavior, held, override }: AppInput): boolean {
  return behavior.futility !== 'Ignore' && held === undefined && override === undefined;
}

function plain(s: DemandStart, wanted: number, reason: string): DemandDraft {
  return {
    law: wanted,
    wanted,
    reason,
    steps: [],
    figures: NO_FIGURES,
    alternativesOf: undefined,
    unknown: false,
    laws: s.state?.laws ?? [],
    launches: s.state?.launches ?? null,
    warmUp: s.state?.warmUp,
    behavior: s.state?.behavior ?? {},
    accounts: s.state?.accounts,
    futility: undefined,
  };
}

const NO_PREEMPTION: PreemptionMemory = { raisedAtMs: 0, yielded: [] };
const NO_FIGURES: Readonly<Record<string, number>> = {};

type Bounded = Pick<DemandDraft, 'wanted' | 'steps' | 'limitedBy'>;

function withinBounds(s: DemandStart, draft: Bounded): Bounded {
  let bounded = draft;
  const launched = launchLimit(s.trouble, s.app.observed, s.nowMs);
  if (launched !== undefined && bounded.wanted > launched) {
    const again = spanText(triesAgainMs(s.trouble, s.nowMs));
    const reason = `its tasks do not start; ${launched} did, more are tried in ${again}`;
    bounded = limited(bounded, 'launching', launched, reason);
  }
  if (bounded.wanted < s.min) bounded = limited(bounded, 'min', s.min, `at least ${s.min}`);
  if (bounded.wanted > s.max) bounded = limited(bounded, 'max', s.max, `at most ${s.max}`);
  return bounded;
}

function limited({ wanted, steps }: Bounded, rule: LimitedBy, after: number, reason: string): Bounded {
  // What has no end is no number for people.
  const told = wanted < MAX_COUNT ? withStep(steps, { rule, before: wanted, after, reason }) : steps;
  return { wanted: after, steps: told, limitedBy: rule };
}

/** A bound outranks every rule; only a held count outranks the bounds. */
function bound(s: DemandStart, draft: DemandDraft, cost: Vector): AppDemand {
  const { app, max, requested, trouble } = s;
  const { wanted, steps, limitedBy } = isHeld(app) ? draft : withinBounds(s, draft);
  const min = isBlocked(app) ? 0 : s.min;
  return {
    app,
    cost,
    min,
    max,
    requested,
    wanted,
    keeps: isHeld(app) || isOverridden(app) ? wanted : keptBy(s, { min, wanted }),
    steps,
    limitedBy,
    unknown: draft.unknown,
    trouble,
    start: s,
    draft,
  };
}

/** Most apps have no preemption policy. */
function keptBy(s: DemandStart, { min, wanted }: { readonly min: number; readonly wanted: number }): number {
  const { behavior, timing, preemption, max, requested, nowMs } = s;
  if (timing.minHoldMs <= 0 && behavior.yieldRate === undefined) return min;
  return keeps(preemption, { min, max, requested, wanted, nowMs }, s);
}
