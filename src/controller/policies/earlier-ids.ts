// controller: apps keep the ids that they had before the default group began with the namespace: a policy is not moved
// to other apps by an upgrade of the operator. Pure.

import type { MicroscalingPolicy } from '../../api/policy.ts';
import { defaultAppId } from '../../api/schema/defaults.ts';

/** @param held ids that the policy is known to hold */
export function withEarlierIds(policy: MicroscalingPolicy, held: ReadonlySet<string>): MicroscalingPolicy {
  const { metadata, spec } = policy;
  if (metadata.namespace === 'default' || held.size === 0) return policy;
  const apps = spec.apps.map((app) => {
    const earlier = `/${metadata.name}/${app.name}`;
    const isMoved = app.id === defaultAppId(metadata, app.name) && !held.has(app.id) && held.has(earlier);
    return isMoved ? { ...app, id: earlier } : app;
  });
  return apps.every((app, i) => app === spec.apps[i]) ? policy : { ...policy, spec: { ...spec, apps } };
}

/** A word about it, for people; undefined where nothing was kept. */
export function earlierIdsIn(kept: MicroscalingPolicy, written: MicroscalingPolicy): string | undefined {
  const ids = kept.spec.apps.filter(({ id }, i) => id !== written.spec.apps[i]?.id).map(({ id }) => id);
  if (ids.length === 0) return undefined;
  return `${ids.join(', ')} ${ids.length === 1 ? 'keeps the id' : 'keep the ids'} from before default ids began with the namespace: write ${ids.length === 1 ? 'it' : 'them'} as \`id\` to say that it is meant`;
}
