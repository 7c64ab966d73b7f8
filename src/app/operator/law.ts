// app: `--law` puts one law in the place of every target's own.

import type { LoadResult } from '../../api/load.ts';
import type { AlgorithmType, AppSpec, Resource } from '../../api/policy.ts';
import { QUEUE_GAINS } from '../../api/schema/target.ts';

export function withLaw(result: LoadResult, type: AlgorithmType | undefined): LoadResult {
  if (type === undefined) return result;
  return {
    ...result,
    resources: result.resources.map((r) => ({ ...r, resource: lawOf(r.resource, type) })),
  };
}

function lawOf(resource: Resource, type: AlgorithmType): Resource {
  if (resource.kind !== 'MicroscalingPolicy') return resource;
  const apps = resource.spec.apps.map((app) => appWithLaw(app, type));
  return { ...resource, spec: { ...resource.spec, apps } };
}

export function appWithLaw<A extends Pick<AppSpec, 'targets' | 'behavior'>>(app: A, type: AlgorithmType): A {
  return {
    ...app,
    // The original engine gave back at once: it is compared as it was.
    ...(type !== 'Fluid' && { behavior: { ...app.behavior, giveBackAfter: '0s' } }),
    ...(app.targets !== undefined && {
      targets: app.targets.map((target) => ({
        ...target,
        algorithm: { queue: QUEUE_GAINS, ...target.algorithm, type },
      })),
    }),
  };
}
