// core: HorizontalPodAutoscaler v2's `behavior`, applied to a law's answer; plus `giveBackAfter` and `maxStep`.

import type { BehaviorSpec, ScalingRules } from '../api/policy.ts';
import type { DecisionStep, LimitedBy } from './decision.ts';
import { type Extremes, keepLargest, keepSmallest, type Tally, tallied, tally } from './history.ts';
import { clamp } from './numbers.ts';
import type { Timing } from './timing.ts';

export interface BehaviorMemory {
  /** Largest recent needs: no scaling in below them. */
  readonly needs?: Extremes;
  /** Smallest recent wishes: no scaling out above them. */
  readonly wishes?: Extremes;
  readonly added?: Tally;
  readonly removed?: Tally;
}

export interface BehaviorInput {
  /** The count asked for now. */
  readonly asked: number;
  readonly wanted: number;
  /** The lowest count that would do now. */
  readonly need: number;
  /** How long a lower need must last by the law's reckoning. */
  readonly holdMs: number;
  readonly nowMs: number;
}

export interface Shaped {
  readonly wanted: number;
  readonly memory: BehaviorMemory;
  readonly steps: readonly DecisionStep[];
  readonly limitedBy: LimitedBy | undefined;
}

const PERCENT = 100;

/** Each rule may bring the wish nearer to `asked`, never further away or to its other side. */
export function shape(
  input: BehaviorInput,
  memory: BehaviorMemory,
  { behavior, timing }: { readonly behavior: BehaviorSpec; readonly timing: Timing },
): Shaped {
  const steps: DecisionStep[] = [];
  let wanted = input.wanted;
  const limit = (rule: string, after: number, reason: string): void => {
    if (after === wanted) return;
    steps.push({ rule, before: wanted, after, reason });
    wanted = after;
  };

  const { floor, floorMs, ceiling, ceilingMs, remembered } = stabilise(input, memory, { behavior, timing });
  const asked = input.asked;
  if (wanted < asked)
    limit('giveBack', clamp(floor, wanted, asked), `a lower need must last ${floorMs / 1000} s`);
  if (wanted > asked)
    limit('behavior', clamp(ceiling, asked, wanted), `a higher need must last ${ceilingMs / 1000} s`);
  const rules = wanted > asked ? behavior.scaleUp : behavior.scaleDown;
  if (wanted !== asked && Math.abs(wanted - asked) <= rules.tolerance * asked)
    limit('behavior', asked, `a change of ${Math.abs(wanted - asked)} is within the tolerance`);
  if (wanted > asked) limit('behavior', Math.min(wanted, upTo(input, memory, rules)), 'scaleUp policies');
  if (wanted < asked) limit('behavior', Math.max(wanted, downTo(input, memory, rules)), 'scaleDown policies');
  if (behavior.maxStep !== undefined) {
    const { maxStep } = behavior;
    limit('behavior', clamp(wanted, asked - maxStep, asked + maxStep), `at most ${maxStep} in one step`);
  }
  const limitedBy = wanted === input.wanted ? undefined : 'behavior';
  return { wanted, memory: remembered, steps, limitedBy };
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

function stabilise(
  input: BehaviorInput,
  memory: BehaviorMemory,
  { behavior, timing }: { readonly behavior: BehaviorSpec; readonly timing: Timing },
): Windows {
  const ceilingMs = behavior.scaleUp.stabilizationWindowSeconds * 1000;
  const floorMs = Math.max(
    timing.giveBackAfterMs,
    input.holdMs,
    behavior.scaleDown.stabilizationWindowSeconds * 1000,
  );
  const needs = keepLargest(memory.needs ?? [], [input.nowMs, input.need], floorMs);
  const floor = needs[0]?.[1] ?? input.need;
  if (ceilingMs <= 0)
    return { floor, floorMs, ceiling: input.wanted, ceilingMs, remembered: { ...memory, needs } };
  const wishes = keepSmallest(memory.wishes ?? [], [input.nowMs, input.wanted], ceilingMs);
  const ceiling = wishes[0]?.[1] ?? input.wanted;
  return { floor, floorMs, ceiling, ceilingMs, remembered: { ...memory, needs, wishes } };
}

/** Kubernetes' calculateScaleUpLimit: from the count at the start of each policy's period. */
function upTo(input: BehaviorInput, memory: BehaviorMemory, rules: ScalingRules): number {
  return limitOf(rules, input.asked, Math.max, ({ type, value, periodSeconds }) => {
    const periodMs = periodSeconds * 1000;
    const start =
      input.asked -
      tallied(memory.added ?? [], input.nowMs, periodMs) +
      tallied(memory.removed ?? [], input.nowMs, periodMs);
    return Math.max(
      input.asked,
      type === 'Instances' ? start + value : Math.ceil(start * (1 + value / PERCENT)),
    );
  });
}

/** Kubernetes' calculateScaleDownLimit. */
function downTo(input: BehaviorInput, memory: BehaviorMemory, rules: ScalingRules): number {
  return limitOf(rules, input.asked, Math.min, ({ type, value, periodSeconds }) => {
    const periodMs = periodSeconds * 1000;
    const start =
      input.asked +
      tallied(memory.removed ?? [], input.nowMs, periodMs) -
      tallied(memory.added ?? [], input.nowMs, periodMs);
    return Math.min(
      input.asked,
      type === 'Instances' ? start - value : Math.floor(start * (1 - value / PERCENT)),
    );
  });
}

/** @param widest picks the limit that allows the largest change */
function limitOf(
  rules: ScalingRules,
  asked: number,
  widest: (...limits: number[]) => number,
  limitFor: (policy: ScalingRules['policies'][number]) => number,
): number {
  if (rules.selectPolicy === 'Disabled') return asked;
  const narrowest = widest === Math.max ? Math.min : Math.max;
  if (rules.policies.length === 0) return widest === Math.max ? Number.POSITIVE_INFINITY : 0;
  const limits = rules.policies.map(limitFor);
  return rules.selectPolicy === 'Max' ? widest(...limits) : narrowest(...limits);
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
