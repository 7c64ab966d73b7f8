// core: what the fields of a target say to the fluid law.

import { durationMs } from '../../api/duration.ts';
import type { TargetSpec } from '../../api/policy.ts';
import type { FluidOptions } from '../law/fluid.ts';

/** Remembers what is a pure function of an immutable object. */
const parsed = new WeakMap<TargetSpec, FluidOptions>();

/** Known age of what its metric tells. */
export function metricDelayMsOf(target: TargetSpec): number {
  return target.algorithm.fluid === undefined ? 0 : fluidOptions(target).metricDelayMs;
}

export function fluidOptions(target: TargetSpec): FluidOptions {
  // Nothing to parse: made sooner than found.
  if (target.queueLength !== undefined && target.algorithm.fluid === undefined)
    return { goal: { kind: 'queueLength', messages: target.queueLength }, metricDelayMs: 0 };
  const cached = parsed.get(target);
  if (cached !== undefined) return cached;
  const options = parse(target);
  parsed.set(target, options);
  return options;
}

function parse(target: TargetSpec): FluidOptions {
  const { serviceRate, metricDelay, season } = target.algorithm.fluid ?? {};
  return {
    goal: goalOf(target),
    ...(serviceRate !== undefined && { serviceRate }),
    metricDelayMs: metricDelay === undefined ? 0 : durationMs(metricDelay),
    ...(season !== undefined && { seasonMs: durationMs(season) }),
  };
}

function goalOf(target: TargetSpec): FluidOptions['goal'] {
  if (target.drainTime !== undefined) return { kind: 'drainTime', ms: durationMs(target.drainTime) };
  if (target.messageAge !== undefined) return { kind: 'messageAge', ms: durationMs(target.messageAge) };
  return { kind: 'queueLength', messages: target.queueLength ?? 0 };
}
