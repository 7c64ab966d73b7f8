// api: the label by which an app in Marathon says who created it.

import type { ResourceKey } from '../policy.ts';

/**
 * Its value is the policy's `namespace/name`. It travels only with a create: changing a label restarts
 * every task of a Marathon app.
 */
export const CREATION_LABEL = 'microscaling.io/policy';

/** The policy that created an app, or undefined for an app that somebody else made. */
export function createdBy(labels: Readonly<Record<string, string>> | undefined): ResourceKey | undefined {
  const owner = labels?.[CREATION_LABEL];
  return owner === undefined || owner === '' ? undefined : (owner as ResourceKey);
}
