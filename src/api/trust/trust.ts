// api: what a policy of an untrusted home may ask for (docs/design/resource.md#trust). Pure.

import type { MicroscalingPolicy, Resource } from '../policy.ts';
import { isObject, type JsonObject } from '../schema/json-schema.ts';
import type { MetricBlock } from '../schema/metric-block.ts';
import { blockOf, type SchedulerBlock } from '../schema/scheduler-block.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below } from '../validation/pointer.ts';
import { checkDefinition } from './definition.ts';
import { checkApps, checkMarathon, groupsOf } from './places.ts';
import { checkReferences } from './references.ts';
import type { CheckMetric, TrustRules } from './rules.ts';

export type { CheckMetric, OwnPlaces, TrustRules } from './rules.ts';

/** What a valid, defaulted resource asks for and may not have; each finding is an error and says what would allow it. */
export type CheckTrust = (resource: Resource) => readonly Finding[];

export function createTrustCheck(
  rules: TrustRules,
  metricBlocks: readonly MetricBlock[],
  schedulerBlocks: readonly SchedulerBlock[] = [],
): CheckTrust {
  const schedulers = new Map(schedulerBlocks.map((block) => [block.type, block]));
  const metrics = new Map(metricBlocks.map(({ type, trust }) => [type, trust]));
  return (resource) => [
    ...checkReferences(resource.spec, rules),
    ...checkMarathon(resource.spec.marathon, rules),
    ...(resource.kind === 'MicroscalingPolicy'
      ? [...checkPolicy(resource, rules, metrics), ...checkBlocks(resource, rules, schedulers)]
      : []),
  ];
}

function checkPolicy(
  policy: MicroscalingPolicy,
  rules: TrustRules,
  metrics: ReadonlyMap<string, CheckMetric>,
): readonly Finding[] {
  const trust = {
    privileged: rules.privileged,
    parts: rules.definitionParts,
    groups: groupsOf(policy.metadata, rules),
    groupsAreNamed: rules.appPrefixes.length > 0,
  };
  return [
    ...checkApps(policy, rules),
    ...policy.spec.apps.flatMap(({ app, targets = [] }, i) => [
      ...(app === undefined ? [] : checkDefinition(app, below('/spec/apps', i, 'app'), trust)),
      ...targets.flatMap(({ metric }, j) =>
        checkMetrics(metric as JsonObject, below('/spec/apps', i, 'targets', j, 'metric'), {
          rules,
          metrics,
        }),
      ),
    ]),
  ];
}

function checkBlocks(
  { metadata, spec }: MicroscalingPolicy,
  rules: TrustRules,
  schedulers: ReadonlyMap<string, SchedulerBlock>,
): readonly Finding[] {
  return spec.apps.flatMap((app, i) => {
    const named = blockOf(app, schedulers);
    if (named === undefined || !isObject(named.block)) return [];
    const { type, block } = named;
    return schedulers.get(type)?.trust(block, below('/spec/apps', i, type), { rules, metadata }) ?? [];
  });
}

/** A kind of metric without a check of its own is allowed to trusted policies only. */
function checkMetrics(
  metric: JsonObject,
  pointer: string,
  { rules, metrics }: { readonly rules: TrustRules; readonly metrics: ReadonlyMap<string, CheckMetric> },
): readonly Finding[] {
  return Object.entries(metric).flatMap(([type, block]) => {
    if (!isObject(block)) return [];
    const place = below(pointer, type);
    const check = metrics.get(type);
    return (
      check?.(block, place, rules) ?? [error(place, `metric ${type} is for the administrator's own policies`)]
    );
  });
}
