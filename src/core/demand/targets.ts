// core: what an app's targets want: each by its law, the largest wins or a formula says, the unreadable never scales in.

import type { TargetSpec } from '../../api/policy.ts';
import { QUEUE_GAINS } from '../../api/schema/target.ts';
import { type AlternativesOf, withoutAlternatives } from '../../api/words/alternatives.ts';
import type { AppInput, DecisionStep } from '../decision.ts';
import { withEstimates } from '../law/beside.ts';
import { type FluidOptions, fluidLaw } from '../law/fluid.ts';
import type { LawInput, LawResult } from '../law/law.ts';
import { perInstanceLaw } from '../law/per-instance.ts';
import { queueLaw } from '../law/queue.ts';
import { type Pace, paceIn } from '../law/rates/drain-time.ts';
import { simpleQueueLaw } from '../law/simple-queue.ts';
import type { LawMemory } from '../memory.ts';
import { count, instant } from '../numbers.ts';
import type { MetricSample, MostInstances } from '../observation.ts';
import { type Combined, combine, type Wish } from './formula.ts';
import type { QueueLook } from './futility/pace.ts';
import { type Levels, levelAt } from './history.ts';
import type { InstancePace } from './launches/instance-pace.ts';
import type { LaunchTimes } from './launches/launches.ts';
import { countText, isWorkTold, messagesOf } from './messages.ts';
import { behaviorFor, failureCount, usable } from './metric-failure.ts';
import { followMisses, type MissAccount, termsOf, toleranceOf } from './objective.ts';
import { fluidOptions } from './target-options.ts';
import { type Timing, timingOf } from './timing.ts';
import type { QueueWish } from './useful.ts';

/** The app as its laws see it this round. */
export interface TargetInput {
  readonly app: AppInput;
  readonly timing: Timing;
  readonly nowMs: number;
  readonly min: number;
  readonly asked: number;
  /** Instances that run, over the recent past. */
  readonly running: Levels;
  readonly pace: InstancePace;
  readonly launchTimes?: LaunchTimes | undefined;
  /** Whether nobody ever told which of those that run work. */
  readonly isUntold: boolean;
  readonly settled: boolean;
  /** Of the targets' objectives, in order, null where a target has none; absent: no target has one. */
  readonly accounts?: readonly (MissAccount | null)[] | undefined;
}

/** One law's result for all targets: the largest count, with the memories of all laws. */
export interface TargetDemand extends LawResult<readonly (LawMemory | null)[]> {
  readonly steps: readonly DecisionStep[];
  /** Whether some target could not be read and its count is merely kept. */
  readonly unknown: boolean;
  /** What each queue asks for; where a formula says what they come to, that, with the queue that asks for most. */
  readonly wishes: readonly QueueWish[];
  /** As the input's, after this round. */
  readonly accounts: readonly (MissAccount | null)[] | undefined;
  /** Absent: the alternatives in `figures`, if any, are of the only target. */
  readonly alternativesOf: AlternativesOf | undefined;
  /** In the targets' order, null for all but drain times whose pace is known; absent: no target is one. */
  readonly paces: readonly (Pace | null)[] | undefined;
}

export function targetDemand(situation: TargetInput, laws: readonly (LawMemory | null)[]): TargetDemand {
  const { app, asked } = situation;
  if (app.targets.length === 1 && app.formula === undefined) return onlyDemand(situation, laws[0] ?? null);
  const answers = app.targets.map((_, i) => answer(situation, i, laws[i] ?? null));
  let leading = answers[0];
  if (leading === undefined) throw new RangeError(`app ${app.id} is scaled but has no target`);
  let need = 0;
  let holdMs = 0;
  let leastHoldMs = 0;
  let unknown = false;
  for (const each of answers) {
    const { said, kept } = each;
    if (said.wanted > leading.said.wanted) leading = each;
    need = Math.max(need, said.need);
    holdMs = Math.max(holdMs, said.holdMs);
    leastHoldMs = Math.max(leastHoldMs, said.leastHoldMs ?? said.holdMs);
    unknown ||= kept;
  }
  const { wanted, figures, reason, fallWorth } = leading.said;
  const alternativesOf = alternativesOfOne(app.targets, answers.indexOf(leading), leading);
  const memory = answers.map(memoryOf);
  const steps = answers.map(stepOf);
  const accounts = app.targets.some(({ objective }) => objective !== undefined)
    ? answers.map((each, i) => accountOf(situation, i, each.queue?.missed))
    : undefined;
  const paces = app.targets.some(isDrainTime) ? answers.map(pacesOf) : undefined;
  const law = { holdMs, leastHoldMs, fallWorth, memory, accounts, paces };
  if (app.formula === undefined)
    return { ...law, wanted, need, figures, steps, reason, unknown, wishes: answers, alternativesOf };
  const combined = withinAllUse(combine(app.formula, app.targets, { answers, asked }), answers);
  const step = { rule: 'formula', before: asked, after: combined.wanted, reason: combined.reason };
  const look = leading.queue && { ...leading.queue, wanted: combined.wanted };
  const wishes = [{ wanted: combined.wanted, need: combined.need, queue: look }];
  const all = { ...law, steps: [...steps, step], ...combined, wishes };
  if (combined.wanted === wanted) return { ...all, figures, alternativesOf };
  const none = `no queue asks for the ${combined.wanted} that the formula makes of them`;
  return { ...all, figures: withoutAlternatives(figures), alternativesOf: { none } };
}

/** Of several targets the largest decides: the alternatives are its own. */
function alternativesOfOne(
  targets: readonly TargetSpec[],
  index: number,
  { said, known, alternativesOf }: Answer,
): AlternativesOf | undefined {
  if (targets.length === 1) return alternativesOf;
  const target = targets[index]?.name ?? `target ${index + 1}`;
  if (alternativesOf !== undefined) return { target, ...alternativesOf };
  return known && said.memory?.law !== 'Fluid' ? { target, ...WITHOUT_RATES } : { target };
}

/** As with several, without looking for the largest: most apps have one target. */
function onlyDemand(situation: TargetInput, law: LawMemory | null): TargetDemand {
  const only = answer(situation, 0, law);
  const { wanted, need, holdMs, leastHoldMs = holdMs, fallWorth, memory, figures, reason } = only.said;
  const hasObjective = situation.app.targets[0]?.objective !== undefined;
  return {
    wanted,
    need,
    holdMs,
    leastHoldMs,
    fallWorth,
    memory: [memory],
    figures,
    steps: [stepOf(only)],
    reason,
    unknown: only.kept,
    wishes: [only],
    accounts: hasObjective ? [accountOf(situation, 0, only.queue?.missed)] : undefined,
    alternativesOf: only.alternativesOf,
    paces: only.pace === undefined ? undefined : [only.pace],
  };
}

function isDrainTime({ drainTime }: TargetSpec): boolean {
  return drainTime !== undefined;
}

function pacesOf({ pace = null }: Answer): Pace | null {
  return pace;
}

function accountOf(
  { app, nowMs, accounts }: TargetInput,
  index: number,
  missed: boolean | undefined,
): MissAccount | null {
  const objective = app.targets[index]?.objective;
  if (objective === undefined) return null;
  const { perMs } = termsOf(objective);
  return followMisses(accounts?.[index] ?? undefined, { missed, nowMs, perMs });
}

function memoryOf({ said }: Answer): LawMemory | null {
  return said.memory;
}

function stepOf({ asked, said, known }: Answer): DecisionStep {
  return { rule: known ? 'law' : 'metric', before: asked, after: said.wanted, reason: said.reason };
}

interface Answer extends Wish, QueueWish {
  readonly asked: number;
  readonly said: LawResult<LawMemory | null>;
  readonly known: boolean;
  /** Absent where its source knows none, and while it cannot be read. */
  readonly mostInstances?: MostInstances | undefined;
  /** Why its figures tell no alternatives, where it is not that rates are unknown. */
  readonly alternativesOf: AlternativesOf | undefined;
  /** Of a drain time: how fast its queue is worked off; null while that is not known. */
  readonly pace: Pace | null | undefined;
}

const NO_FIGURES: Readonly<Record<string, number>> = {};
const UNREAD: AlternativesOf = { none: 'its metric cannot be read' };
const WITHOUT_RATES: AlternativesOf = { none: 'beside several targets its law keeps no rates' };

function answer(situation: TargetInput, index: number, memory: LawMemory | null): Answer {
  const { app, nowMs, asked, pace } = situation;
  const target = app.targets[index];
  const metric = app.readings[index] ?? NOT_READ;
  const own = target?.onMetricFailure !== undefined;
  const behavior = own ? behaviorFor(target, app.behavior) : app.behavior;
  const timing = own ? timingOf(behavior) : situation.timing;
  const use = usable(metric, timing, nowMs);
  if (use.state === 'ok' && target !== undefined) {
    const most = mostOf(app, use.sample.mostInstances);
    const input: LawInput = {
      nowMs,
      atMs: Math.min(instant(use.sample.asOfMs), nowMs),
      messages: messagesOf(use.sample, levelAt(situation.running, use.sample.asOfMs)),
      asked,
      least: count(app.min),
      most: Number.isFinite(most) ? most : undefined,
      ready: pace.ready,
      readyBefore: pace.readyBefore,
      runningBefore: isWorkTold(use.sample) ? undefined : situation.running,
      pending: pace.pending,
      deadTimeMs: pace.deadTimeMs,
      launchTimes: situation.launchTimes,
      warmUpMs: pace.warmUpMs,
      warmUpMarginMs: pace.warmUpMarginMs,
      isUntried: pace.isUntried,
      isUntold: situation.isUntold,
      isBeside: app.targets.length > 1,
      settled: situation.settled,
      giveBackAfterMs: timing.giveBackAfterMs,
      missTolerance: toleranceOf(target.objective, situation.accounts?.[index], nowMs),
    };
    const law = applyLaw(target, input, memory);
    const told = app.targets.length === 1 ? toldWithRates(target, law, { input, memory }) : law;
    const said = withinUse(told, use.sample.mostInstances);
    const own = isPlain(target) ? said : ownTerms(target, input, said);
    const isCut = own.wanted !== law.wanted;
    return {
      asked,
      wanted: own.wanted,
      need: own.need,
      said: isCut ? { ...own, figures: withoutAlternatives(own.figures) } : own,
      known: true,
      kept: false,
      queue: lookOf(situation, index, input, use.sample, own),
      mostInstances: use.sample.mostInstances,
      alternativesOf: isCut ? cutFrom(law.wanted, own.wanted) : undefined,
      pace: isDrainTime(target) ? paceIn(said.figures, input) : undefined,
    };
  }
  const { onMetricFailure } = behavior;
  const acts = use.state === 'failed' && onMetricFailure.action !== 'Hold';
  const max = Math.min(app.max, target?.max ?? app.max);
  const wanted = acts ? count(failureCount(onMetricFailure, { min: app.min, max, asked })) : asked;
  const why = use.state === 'ok' ? 'no such target' : use.reason;
  const then = acts ? `${why}; onMetricFailure ${onMetricFailure.action}` : `${why}; the count is kept`;
  const reason = target?.name === undefined ? then : `${target.name}: ${then}`;
  const said = { wanted, need: wanted, holdMs: 0, memory, figures: NO_FIGURES, reason };
  return {
    asked,
    wanted,
    need: wanted,
    said,
    known: false,
    kept: !acts,
    queue: undefined,
    alternativesOf: UNREAD,
    pace: target !== undefined && isDrainTime(target) ? null : undefined,
  };
}

/** What the law would do with one more or fewer is about the count that the law wants. */
function cutFrom(law: number, wanted: number): AlternativesOf {
  return { none: `its law wants ${law}, and it may ask for no more than ${wanted}` };
}

function mostOf({ max }: AppInput, limit: MostInstances | undefined): number {
  return limit === undefined ? max : Math.min(max, count(limit.count));
}

/** More instances than have something to do are not asked for. */
function withinUse<S extends Pick<Combined, 'wanted' | 'need' | 'reason'>>(
  said: S,
  limit: MostInstances | undefined,
): S {
  if (limit === undefined) return said;
  const most = count(limit.count);
  if (said.wanted <= most) return said.need <= most ? said : { ...said, need: most };
  const reason = `${said.reason}; at most ${most}: ${limit.reason}`;
  return { ...said, wanted: most, need: Math.min(said.need, most), reason };
}

/** What a formula asks for beyond the largest of its targets' limits would find nothing to do at any of them. */
function withinAllUse(combined: Combined, answers: readonly Answer[]): Combined {
  const limits = answers.flatMap(({ mostInstances }) => mostInstances ?? []);
  const [first, ...others] = limits;
  // A count that is kept because there is no number is no count that was asked for.
  if (first === undefined || combined.unknown || limits.length < answers.length) return combined;
  return withinUse(
    combined,
    others.reduce((most, each) => (count(each.count) > count(most.count) ? each : most), first),
  );
}

function isPlain({ name, max, activateAt }: TargetSpec): boolean {
  return name === undefined && max === undefined && activateAt === undefined;
}

/** What the target itself says beside its law: whose number it is, from what on it wakes, how much it may ask for. */
function ownTerms<M>(
  { name, max, activateAt = 0 }: TargetSpec,
  { asked, messages }: LawInput,
  said: LawResult<M>,
): LawResult<M> {
  let { wanted, need, reason } = said;
  if (asked === 0 && wanted > 0 && messages.waiting <= activateAt && activateAt > 0) {
    reason = `${countText(messages)} waiting; the first instance comes above ${activateAt}`;
    wanted = 0;
  }
  if (max !== undefined && wanted > max) {
    reason = `${reason}; at most ${max} of the ${wanted}, by its max`;
    wanted = max;
  }
  need = Math.min(need, wanted);
  return { ...said, wanted, need, reason: name === undefined ? reason : `${name}: ${reason}` };
}

/** The queue beside what its law has said. */
function lookOf(
  { app, nowMs, min, asked, settled, pace }: TargetInput,
  index: number,
  input: LawInput,
  sample: MetricSample,
  said: LawResult<LawMemory>,
): QueueLook {
  const { waiting, inFlight = 0, arrivedTotal, taken, perBusyInstance: held } = input.messages;
  const backlog = waiting + inFlight;
  const done = sample.completedTotal ?? (arrivedTotal === undefined ? undefined : arrivedTotal - backlog);
  const target = app.targets[index];
  const { perInstanceS, atLeastS } = serviceOf(said.memory);
  return {
    nowMs,
    target: index,
    asked,
    settled,
    wanted: said.wanted,
    min,
    missed: target && isMissed(target, input, said.figures['servicePerS']),
    backlog,
    done,
    asOfMs: input.atMs,
    taken,
    held,
    perInstanceS,
    atLeastS,
    deadTimeMs: pace.deadTimeMs,
  };
}

/** It need not be as sure as what people are shown; what it is at least may be less sure still. */
const MOST_DOUBT = 0.3;
const MOST_DOUBT_AT_LEAST = 0.5;
const UNKNOWN = { perInstanceS: undefined, atLeastS: undefined } as const;

function serviceOf(memory: LawMemory): Pick<QueueLook, 'perInstanceS' | 'atLeastS'> {
  if (memory.law !== 'Fluid' || !('estimate' in memory)) return UNKNOWN;
  const { service, varService } = memory.estimate;
  const deviation = Math.sqrt(varService);
  if (deviation <= MOST_DOUBT * service) return { perInstanceS: service, atLeastS: service };
  return deviation <= MOST_DOUBT_AT_LEAST * service
    ? { perInstanceS: undefined, atLeastS: service - deviation }
    : UNKNOWN;
}

/** @param perS messages that one instance finishes a second, where that is known */
function isMissed(
  target: TargetSpec,
  { messages, ready }: LawInput,
  perS: number | undefined,
): boolean | undefined {
  const { queueLength, perInstance } = target;
  const { waiting, oldestAgeMs } = messages;
  if (queueLength !== undefined) return waiting > queueLength;
  if (perInstance !== undefined) return waiting > perInstance * ready;
  if (waiting === 0) return false;
  const { goal } = fluidOptions(target);
  if (goal.kind === 'messageAge') return oldestAgeMs === undefined ? undefined : oldestAgeMs > goal.ms;
  if (goal.kind !== 'drainTime') return undefined;
  if (ready === 0) return true;
  return perS === undefined ? undefined : (1000 * waiting) / (ready * perS) > goal.ms;
}

const NOT_READ = { state: 'unavailable', reason: 'not read yet', sinceMs: Number.MAX_SAFE_INTEGER } as const;

/** The original's laws know queue lengths only; ages and drain times are the fluid law's. */
function applyLaw(target: TargetSpec, input: LawInput, memory: LawMemory | null): LawResult<LawMemory> {
  const { algorithm, queueLength, perInstance } = target;
  if (perInstance !== undefined) return perInstanceLaw(input, perInstance);
  if (queueLength !== undefined && algorithm.type === 'Queue') {
    const gains = algorithm.queue ?? QUEUE_GAINS;
    return queueLaw(input, memory?.law === 'Queue' ? memory : undefined, { target: queueLength, gains });
  }
  if (queueLength !== undefined && algorithm.type === 'SimpleQueue')
    return simpleQueueLaw(input, memory?.law === 'SimpleQueue' ? memory : undefined, queueLength);
  return fluidLaw(input, memory?.law === 'Fluid' ? memory : undefined, fluidOptions(target));
}

/** Of several targets those without rates of their own have none: an app's memory has no room for so many estimates. */
function toldWithRates(
  target: TargetSpec,
  said: LawResult<LawMemory>,
  { input, memory }: { readonly input: LawInput; readonly memory: LawMemory | null },
): LawResult<LawMemory> {
  if (said.memory.law === 'Fluid') return said;
  const seen = memory !== null && 'estimate' in memory ? memory : undefined;
  const options = fluidOptions(target);
  const { perInstance } = target;
  if (perInstance === undefined) return withEstimates(said, { input, seen, options });
  const messages = perInstance * Math.max(1, input.asked);
  const shared: FluidOptions = { ...options, goal: { kind: 'queueLength', messages } };
  return withEstimates(said, { input, seen, options: shared, grows: true });
}
