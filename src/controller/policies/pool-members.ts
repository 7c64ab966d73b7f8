// controller: who may join a CapacityPool. Pure.

import type { Home } from '../../api/homes.ts';
import type { CapacityPool, MicroscalingPolicy } from '../../api/policy.ts';

export interface Joining {
  readonly policy: MicroscalingPolicy;
  /** The policy's home is the administrator's own. */
  readonly trusted: boolean;
  readonly home: Home | undefined;
  /** The pool has the same home. */
  readonly sameHome: boolean;
}

/**
 * The administrator's own policies and those of the pool's own home join as they are; all others only as `members`
 * says.
 *
 * @returns why not, in a sentence that says what would allow it
 */
export function joinComplaint({ spec, metadata }: CapacityPool, joining: Joining): string | undefined {
  const { policy, trusted, home, sameHome } = joining;
  if (trusted || (sameHome && spec.members === undefined)) return undefined;
  const { namespace } = policy.metadata;
  const matching = (spec.members ?? []).filter(
    ({ homes, namespaces }) =>
      (homes === undefined || homes.some((each) => each === home)) &&
      (namespaces?.includes(namespace) ?? true),
  );
  const pool = `pool \`${metadata.name}\``;
  const who = `policies from ${home ?? 'here'} in namespace ${namespace}`;
  if (matching.length === 0) {
    const example = home === undefined ? '' : ` (\`members: [{ homes: [${home}] }]\`)`;
    return `${pool} does not say that ${who} may join it; let it say so${example}, or give the policy a capacity of its own`;
  }
  const highest = Math.min(...matching.map(({ highestPriority }) => highestPriority ?? 1));
  const app = policy.spec.apps.find(({ priority }) => priority !== undefined && priority < highest);
  if (app === undefined) return undefined;
  return `${pool} lets ${who} join with priority ${highest} at the highest (1 is highest), and app ${app.name} has ${app.priority}; give it ${highest} or a lower one, or raise the pool's \`highestPriority\``;
}
