// core: HorizontalPodAutoscaler v2's `behavior`, applied to a law's answer; plus `giveBackAfter` and `maxStep`.

import type { BehaviorSpec, ScalingRules } from '../../api/policy.ts';
import { isObject } from '../../api/schema/json-schema.ts';
import { brief, rounded, spanText } from '../../api/words/figures.ts';
import type { DecisionStep, LimitedBy } from '../decision.ts';
import { clamp } from '../numbers.ts';
import { type FallWorth, followIdle, type Idle, isIdle, isWorthAChange } from './giving-back/idle.ts';
import { followLulls, isLulls, type Lulls, rangeNeededAgain, shareNeededAgain } from './giving-back/lulls.ts';
import {
  type Extremes,
  isCourse,
  isTally,
  keepLargest,
  keepSmallest,
  largestWithin,
  type Tally,
  tallied,
  tally,
} from './history.ts';
import { NO_STEPS, withStep } from './steps.ts';
import type { Timing } from './timing.ts';

export interface BehaviorMemory {
  /** Largest recent needs: no scaling in below them. */
  readonly needs?: Extremes;
  /** How long needs last here; absent until some were seen to end. */
  readonly lulls?: Lulls;
  /** Smallest recent wishes: no scaling out above them. */
  readonly wishes?: Extremes;
  readonly added?: Tally;
  readonly removed?: Tally;
  /** Those that are needed no more, while a fall is not worth a change yet. */
  readonly idle?: Idle | undefined;
}

/** Whether it can be read, whoever wrote it. */
export function isBehavior(raw: unknown): raw is BehaviorMemory {
  if (!isObject(raw)) return false;
  const { needs = [], wishes = [], added = [], removed = [], lulls, idle } = raw;
  const isKnown = (lulls === undefined || isLulls(lulls)) && (idle === undefined || isIdle(idle));
  return isKnown && [needs, wishes].every(isCourse) && [added, removed].every(isTally);
}

export interface BehaviorInput {
  /** The count asked for now. */
  readonly asked: number;
  readonly wanted: number;
  /** The fewest that it may have; absent: none. */
  readonly least?: number | undefined;
  /** The lowest count that would do now. */
  readonly need: number;
  /** How long a lower need must last by the law's reckoning, and where needs last long; absent: the same. */
  readonly holdMs: number;
  readonly leastHoldMs?: number;
  /** What a fall has to be worth; absent: nothing. */
  readonly fallWorth?: FallWorth | undefined;
  readonly nowMs: number;
}

export interface Shaped {
  readonly wanted: number;
  readonly memory: BehaviorMemory;
  readonly steps: readonly DecisionStep[];
  readonly limitedBy: LimitedBy | undefined;
}

/** What the policy says, and how long that is. */
export interface Rules {
  readonly behavior: BehaviorSpec;
  readonly timing: Timing;
}

const PERCENT = 100;

/** Each rule may bring the wish nearer to `asked`, never further away or to its other side. */
export function shape(input: BehaviorInput, memory: BehaviorMemory, rules: Rules): Shaped {
  const windows = stabilise(input, memory, rules);
  const steps = input.wanted === input.asked ? NO_STEPS : limits(input, rules, { memory, windows });
  const wanted = steps.at(-1)?.after ?? input.wanted;
  const limitedBy = wanted === input.wanted ? undefined : 'behavior';
  return whenWorthIt({ wanted, memory: windows.remembered, steps, limitedBy }, input, memory.idle);
}

/** A fall that is allowed waits until it is worth a change. It stays so until the count is another, also where nobody acts. */
function whenWorthIt(shaped: Shaped, input: BehaviorInput, before: Idle | undefined): Shaped {
  const { asked, fallWorth, least = 0, nowMs } = input;
  const wanted = Math.max(shaped.wanted, least);
  if (fallWorth === undefined || wanted >= asked) return before === undefined ? shaped : withIdle(shaped);
  const fall = { asked, wanted, nowMs };
  const idle = followIdle(before, fall);
  if (isWorthAChange(idle, fall, fallWorth)) return withIdle(shaped, idle);
  const fewer = asked - wanted === 1 ? '1 fewer is' : `${asked - wanted} fewer are`;
  const reason = `${fewer} worth a change once ${brief(fallWorth.instanceS)} instance-seconds were idle${whyWorth(fallWorth)}`;
  const step = { rule: 'giveBack', before: shaped.wanted, after: asked, reason };
  const kept = {
    ...shaped,
    wanted: asked,
    steps: withStep(shaped.steps, step),
    limitedBy: 'behavior',
  } as const;
  return withIdle(kept, idle);
}

function whyWorth({ changesPerMin }: FallWorth): string {
  return changesPerMin === undefined ? '' : `, after ${brief(changesPerMin)} changes a minute lately`;
}

function withIdle(shaped: Shaped, idle?: Idle): Shaped {
  return { ...shaped, memory: { ...shaped.memory, idle } };
}

/** A step for each rule that changes what is wanted; most change nothing, and say nothing. */
function limits(
  input: BehaviorInput,
  { behavior, timing }: Rules,
  { memory, windows }: { readonly memory: BehaviorMemory; readonly windows: Windows },
): readonly DecisionStep[] {
  const { asked } = input;
  const { floor, floorMs, ceiling, ceilingMs } = windows;
  let steps = NO_STEPS;
  let { wanted } = input;
  const limit = (rule: string, after: number, reason: string): void => {
    steps = withStep(steps, { rule, before: wanted, after, reason });
    wanted = after;
  };
  if (wanted < asked && floor > wanted)
    limit(
      'giveBack',
      Math.min(floor, asked),
      `a lower need must last ${spanText(floorMs)}${whyHeld(input, memory, { ...timing, floorMs })}`,
    );
  if (wanted > asked && ceiling < wanted)
    limit('behavior', Math.max(ceiling, asked), `a higher need must last ${spanText(ceilingMs)}`);
  const rules = wanted > asked ? behavior.scaleUp : behavior.scaleDown;
  if (wanted !== asked && Math.abs(wanted - asked) <= rules.tolerance * asked)
    limit('behavior', asked, `a change of ${Math.abs(wanted - asked)} is within the tolerance`);
  if (wanted > asked && hasRules(rules)) {
    const most = upTo(input, memory, rules);
    if (most.count < wanted) limit('behavior', most.count, most.reason);
  }
  if (wanted < asked && hasRules(rules)) {
    const least = downTo(input, memory, rules);
    if (least.count > wanted) limit('behavior', least.count, least.reason);
  }
  const { maxStep = Number.POSITIVE_INFINITY } = behavior;
  if (Math.abs(wanted - asked) > maxStep)
    limit('behavior', clamp(wanted, asked - maxStep, asked + maxStep), `at most ${maxStep} in one step`);
  return steps;
}

function hasRules({ policies, selectPolicy }: ScalingRules): boolean {
  return policies.length > 0 || selectPolicy === 'Disabled';
}

interface Windows {
  /** The largest need of the last `floorMs`. */
  readonly floor: number;
  readonly floorMs: number;
  /** The smallest wish of the last `ceilingMs`. */
  readonly ceiling: number;
  readonly ceilingMs: number;
  readonly remembered: BehaviorMemory;
}

function stabilise(input: BehaviorInput, memory: BehaviorMemory, { behavior, timing }: Rules): Windows {
  const ceilingMs = behavior.scaleUp.stabilizationWindowSeconds * 1000;
  const { nowMs, need } = input;
  const floorMs = Math.max(
    timing.giveBackAfterMs ?? 0,
    worthHoldingMs(input, memory.lulls),
    behavior.scaleDown.stabilizationWindowSeconds * 1000,
  );
  const past = memory.needs ?? [];
  const learns = isLearning(input);
  const soonMs = learns ? SOON_HOLDS * input.holdMs : 0;
  const needs = keepLargest(past, [nowMs, need], Math.max(floorMs, soonMs));
  const briefMs = input.leastHoldMs ?? 0;
  // A need that only stays or grows, as most do, tells nothing. What a longer window keeps would be counted in every round.
  const tells = learns && past.length > 2 && floorMs <= soonMs;
  const lulls = tells ? followLulls(memory.lulls, past, { nowMs, need, briefMs, soonMs }) : memory.lulls;
  const floor = learns ? largestWithin(needs, nowMs - floorMs, need) : (needs[1] ?? need);
  if (ceilingMs <= 0)
    return { floor, floorMs, ceiling: input.wanted, ceilingMs, remembered: withNeeds(memory, needs, lulls) };
  const wishes = keepSmallest(memory.wishes ?? [], [input.nowMs, input.wanted], ceilingMs);
  const ceiling = wishes[1] ?? input.wanted;
  return { floor, floorMs, ceiling, ceilingMs, remembered: { ...withNeeds(memory, needs, lulls), wishes } };
}

/** Where nothing else is remembered nothing is copied: that is so in most rounds of most apps. */
function withNeeds(memory: BehaviorMemory, needs: Extremes, lulls: Lulls | undefined): BehaviorMemory {
  const { wishes, added, removed } = memory;
  if (wishes !== undefined || added !== undefined || removed !== undefined)
    return { ...memory, needs, ...(lulls && { lulls }) };
  return lulls === undefined ? { needs } : { needs, lulls };
}

/** An instance is missed for about one hold: who is needed again within so many was hardly worth giving back. */
const SOON_HOLDS = 5;

function isLearning({ holdMs, leastHoldMs = holdMs }: BehaviorInput): boolean {
  return leastHoldMs < holdMs;
}

/**
 * Held for the longer time as long as all that was given back is soon needed again, for the shorter one where nothing is. By
 * what was known before this need: a larger one must not let go of those that were held.
 */
function worthHoldingMs({ holdMs, leastHoldMs = holdMs }: BehaviorInput, lulls: Lulls | undefined): number {
  return leastHoldMs + shareNeededAgain(lulls) * (holdMs - leastHoldMs);
}

/** What makes a lower need last so long. */
function whyHeld(
  input: BehaviorInput,
  { lulls }: BehaviorMemory,
  { giveBackAfterMs = 0, floorMs }: Timing & Pick<Windows, 'floorMs'>,
): string {
  const worthMs = worthHoldingMs(input, lulls);
  if (floorMs > Math.max(worthMs, giveBackAfterMs)) return ' by scaleDown.stabilizationWindowSeconds';
  if (giveBackAfterMs >= worthMs) return giveBackAfterMs > 0 ? ' by giveBackAfter' : '';
  if (!isLearning(input)) return '';
  if (lulls === undefined) return ' until it is known how long needs last here';
  const [again, least, most] = [shareNeededAgain(lulls), ...rangeNeededAgain(lulls)].map(inPercent);
  const soon = spanText(SOON_HOLDS * input.holdMs);
  return `: of the instances that were needed no more ${again} % (${least} to ${most} %) were needed again within ${soon}`;
}

function inPercent(share: number): number {
  return Math.round(PERCENT * share);
}

/** How far the count may go now, and what says so. */
interface Reach {
  readonly count: number;
  readonly reason: string;
}

/**
 * Kubernetes' calculateScaleUpLimit: from the count at the start of each policy's period. A share of nothing is
 * nothing, so that the first instance is allowed whatever the pace: an app at 0 would stay there for ever.
 */
function upTo(input: BehaviorInput, memory: BehaviorMemory, rules: ScalingRules): Reach {
  const { added = [], removed = [] } = memory;
  const reach = reachOf('scaleUp', rules, input.asked, ({ type, value, periodSeconds }) => {
    const periodMs = periodSeconds * 1000;
    const start =
      input.asked - tallied(added, input.nowMs, periodMs) + tallied(removed, input.nowMs, periodMs);
    const count = type === 'Instances' ? start + value : Math.ceil(start * (1 + value / PERCENT));
    return { count: Math.max(input.asked, count), nextMs: nextMs(added, input.nowMs, periodMs) };
  });
  if (input.asked > 0 || reach.count > 0 || rules.selectPolicy === 'Disabled') return reach;
  return { count: 1, reason: `the first instance is always allowed; ${reach.reason}` };
}

/** Kubernetes' calculateScaleDownLimit. */
function downTo(input: BehaviorInput, memory: BehaviorMemory, rules: ScalingRules): Reach {
  const { added = [], removed = [] } = memory;
  return reachOf('scaleDown', rules, input.asked, ({ type, value, periodSeconds }) => {
    const periodMs = periodSeconds * 1000;
    const start =
      input.asked + tallied(removed, input.nowMs, periodMs) - tallied(added, input.nowMs, periodMs);
    const count = type === 'Instances' ? start - value : Math.floor(start * (1 - value / PERCENT));
    return { count: Math.min(input.asked, count), nextMs: nextMs(removed, input.nowMs, periodMs) };
  });
}

/** How long until a change that counts against the period counts no more; 0 when none does. */
function nextMs(changes: Tally, nowMs: number, periodMs: number): number {
  const oldest = changes.find(([atMs]) => atMs > nowMs - periodMs && atMs <= nowMs);
  return oldest === undefined ? 0 : oldest[0] + periodMs - nowMs;
}

type ScalingPolicy = ScalingRules['policies'][number];

function reachOf(
  side: 'scaleUp' | 'scaleDown',
  rules: ScalingRules,
  asked: number,
  limitFor: (policy: ScalingPolicy) => { readonly count: number; readonly nextMs: number },
): Reach {
  if (rules.selectPolicy === 'Disabled') return { count: asked, reason: `${side}.selectPolicy is Disabled` };
  const far = side === 'scaleUp' ? Number.POSITIVE_INFINITY : 0;
  const [first, ...rest] = rules.policies.map((policy) => ({ policy, ...limitFor(policy) }));
  if (first === undefined) return { count: far, reason: '' };
  // The largest number allows the largest change upwards, the smallest downwards.
  const wantsLargest = (side === 'scaleUp') === (rules.selectPolicy === 'Max');
  const chosen = rest.reduce(
    (best, each) => ((wantsLargest ? each.count > best.count : each.count < best.count) ? each : best),
    first,
  );
  const { value, type, periodSeconds } = chosen.policy;
  const what = type === 'Percent' ? `${rounded(value)} %` : String(value);
  const next = chosen.count === asked && chosen.nextMs > 0 ? `, more in ${spanText(chosen.nextMs)}` : '';
  return {
    count: chosen.count,
    reason: `${side} allows ${what} in ${spanText(periodSeconds * 1000)}${next}`,
  };
}

/**
 * Notes a change of the count that went out, for the policies with a period.
 *
 * @param spanMs the longest of those periods
 */
export function noteChange(
  memory: BehaviorMemory,
  change: { readonly from: number; readonly to: number; readonly nowMs: number },
  spanMs: number,
): BehaviorMemory {
  if (spanMs === 0) return memory;
  const delta = change.to - change.from;
  return {
    ...memory,
    added: tally(memory.added ?? [], [change.nowMs, Math.max(0, delta)], spanMs),
    removed: tally(memory.removed ?? [], [change.nowMs, Math.max(0, -delta)], spanMs),
  };
}
