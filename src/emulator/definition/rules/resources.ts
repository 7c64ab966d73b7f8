// emulator: resources, their limits, and where they are fetched from.

import type { GivenApp } from '../given.ts';
import { isUri } from '../jvm/uri.ts';
import { featureProblem, type RuleContext } from './context.ts';
import { doubleText, each, unless, type Violation, violation } from './violation.ts';

export function gpus(app: GivenApp, { features }: RuleContext): readonly Violation[] {
  if (app.gpus <= 0) return [];
  return [
    ...unless(app.container?.type !== 'DOCKER', '', 'GPU resources only work with the Mesos containerizer'),
    ...unless(features.has('gpu_resources'), '', featureProblem('gpu_resources')),
  ];
}

export function resourceLimits(app: GivenApp): readonly Violation[] {
  const names = ['cpus', 'mem'] as const;
  return names.flatMap((name) => {
    const error = limitProblem(app.resourceLimits?.[name], app[name]);
    return error === undefined ? [] : [violation(`/resourceLimits/${name}`, error)];
  });
}

function limitProblem(limit: string | number | undefined, requested: number): string | undefined {
  if (typeof limit === 'string')
    return limit === 'unlimited'
      ? undefined
      : `'${limit}' is an invalid resource limit. It must be 'unlimited' or a number`;
  return limit === undefined || limit >= requested
    ? undefined
    : `resource limit must be greater than or equal to requested resource (${doubleText(requested)})`;
}

export function fetch(app: GivenApp): readonly Violation[] {
  return each(app.fetch, '/fetch', ({ uri }, path) =>
    unless(isUri(uri), `${path}/uri`, 'URI has invalid syntax.'),
  );
}
