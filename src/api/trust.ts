// api: what a policy may ask for that somebody else than the administrator wrote (docs/design/resource.md#trust). Pure.

import { error, type Finding } from './finding.ts';
import { isObject, type JsonObject } from './json-schema.ts';
import type { MetricBlock } from './metric-block.ts';
import { below } from './pointer.ts';
import type { MicroscalingPolicy, Resource } from './policy.ts';
import { judgeDefinition } from './trust/definition.ts';
import { groupsOf, judgeApps, judgeMarathon } from './trust/places.ts';
import { judgeReferences } from './trust/references.ts';
import type { JudgeMetric, TrustRules } from './trust/rules.ts';

export type { JudgeMetric, OwnPlaces, TrustRules } from './trust/rules.ts';

/** What a valid, defaulted resource asks for and may not have; each finding is an error and says what would allow it. */
export type Judge = (resource: Resource) => readonly Finding[];

export function createJudge(rules: TrustRules, metricBlocks: readonly MetricBlock[]): Judge {
  const metrics = new Map(metricBlocks.map(({ type, trust }) => [type, trust]));
  return (resource) => [
    ...judgeReferences(resource.spec, rules),
    ...judgeMarathon(resource.spec.marathon, rules),
    ...(resource.kind === 'MicroscalingPolicy' ? judgePolicy(resource, rules, metrics) : []),
  ];
}

function judgePolicy(
  policy: MicroscalingPolicy,
  rules: TrustRules,
  metrics: ReadonlyMap<string, JudgeMetric>,
): readonly Finding[] {
  const trust = {
    privileged: rules.privileged,
    parts: rules.definitionParts,
    groups: groupsOf(policy.metadata, rules),
    groupsAreNamed: rules.appPrefixes.length > 0,
  };
  return [
    ...judgeApps(policy, rules),
    ...policy.spec.apps.flatMap(({ app, targets = [] }, i) => [
      ...(app === undefined ? [] : judgeDefinition(app, below('/spec/apps', i, 'app'), trust)),
      ...targets.flatMap(({ metric }, j) =>
        judgeMetrics(metric as JsonObject, below('/spec/apps', i, 'targets', j, 'metric'), {
          rules,
          metrics,
        }),
      ),
    ]),
  ];
}

/** A kind of metric that nobody wrote a judgement for is not trusted with anything. */
function judgeMetrics(
  metric: JsonObject,
  pointer: string,
  { rules, metrics }: { readonly rules: TrustRules; readonly metrics: ReadonlyMap<string, JudgeMetric> },
): readonly Finding[] {
  return Object.entries(metric).flatMap(([type, block]) => {
    if (!isObject(block)) return [];
    const place = below(pointer, type);
    const judge = metrics.get(type);
    return (
      judge?.(block, place, rules) ?? [error(place, `metric ${type} is for the administrator's own policies`)]
    );
  });
}
