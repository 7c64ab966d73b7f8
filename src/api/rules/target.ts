// api: the rules of one target: a law and a metric that can serve it.

import { durationMs } from '../duration.ts';
import type { TargetSpec } from '../policy.ts';
import { isObject } from '../schema/json-schema.ts';
import { error, type Finding, warning } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { RuleContext } from './context.ts';
import type { Partly } from './partly.ts';

type Target = Partly<TargetSpec>;

export function checkTarget(target: Target, pointer: string, context: RuleContext): readonly Finding[] {
  return [
    ...checkMetric(target, pointer, context),
    ...checkAlgorithm(target, pointer, context),
    ...checkAge(target, pointer, context),
    ...checkObjective(target, pointer, context),
  ];
}

function checkMetric(target: Target, pointer: string, context: RuleContext): readonly Finding[] {
  return Object.entries(target.metric ?? {}).flatMap(([type, block]) => {
    const check = context.metricBlocks.get(type)?.check;
    return check !== undefined && isObject(block) ? check(block, below(pointer, 'metric', type)) : [];
  });
}

function checkAlgorithm(target: Target, pointer: string, context: RuleContext): readonly Finding[] {
  const type = target.algorithm?.type;
  if (type === undefined) return [];
  const place = below(pointer, 'algorithm');
  const findings: Finding[] = [];
  const other = (['drainTime', 'messageAge', 'perInstance'] as const).find(
    (wish) => target[wish] !== undefined,
  );
  if (type !== 'Fluid' && target.queueLength === undefined && other !== undefined) {
    findings.push(error(place, `${showPath(place)}: ${type} works towards a queueLength, not a ${other}`));
  } else if (target.perInstance !== undefined && context.given(place)) {
    const message = `${showPath(place)} has no effect beside perInstance, which divides: remove it`;
    return [warning(place, message)];
  }
  for (const [member, owner] of [
    ['fluid', 'Fluid'],
    ['queue', 'Queue'],
  ] as const) {
    const block = below(place, member);
    if (type !== owner && context.given(block)) {
      findings.push(
        warning(block, `${showPath(block)} is read by type ${owner} only, but the type is ${type}`),
      );
    }
  }
  return findings;
}

const SHORTEST_WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 720 * 3_600_000;

function checkObjective(target: Target, pointer: string, context: RuleContext): readonly Finding[] {
  const { objective, algorithm, perInstance } = target;
  if (objective === undefined) return [];
  const place = below(pointer, 'objective');
  const path = showPath(place);
  const findings: Finding[] = [];
  const { per } = objective;
  const perMs = per === undefined || context.refused(below(place, 'per')) ? undefined : durationMs(per);
  if (perMs !== undefined && (perMs < SHORTEST_WINDOW_MS || perMs > LONGEST_WINDOW_MS)) {
    findings.push(error(below(place, 'per'), `${path}.per is ${per}; use a window of 1m to 720h`));
  }
  const unpaced = perInstance !== undefined ? 'perInstance' : algorithm?.type;
  if (unpaced !== undefined && unpaced !== 'Fluid') {
    const message = `${path} is accounted for and paces nothing: ${unpaced} knows no chance of missing a target`;
    findings.push(warning(place, message));
  }
  return findings;
}

function checkAge(target: Target, pointer: string, context: RuleContext): readonly Finding[] {
  if (target.messageAge === undefined) return [];
  const place = below(pointer, 'messageAge');
  return Object.entries(target.metric ?? {}).flatMap(([type, block]) => {
    const why = isObject(block) ? context.metricBlocks.get(type)?.whyNoAge?.(block) : undefined;
    return why === undefined ? [] : [error(place, `${showPath(place)}: ${why}`)];
  });
}
