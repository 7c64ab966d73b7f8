// app: policies against the apps that are there: what is missing, what is somebody else's, what was left behind.

import { createdBy } from '../../../../api/labels/creation-label.ts';
import { type AppSpec, type MicroscalingPolicy, resourceKey } from '../../../../api/policy.ts';
import type { MarathonApp } from '../../../../schedulers/marathon/schema.ts';
import { type Check, given } from '../check.ts';
import type { Finding } from '../finding.ts';

/** What is not in a file that cannot be read is unknown. */
const UNREADABLE = { unchecked: 'some of the policies given with -f cannot be read' };
const NO_POLICIES = { unchecked: 'no policies were given: name them with -f' };

/** Apps that a policy names and could not run as written. */
export const checkAdoption: Check = ({ apps, policies }) =>
  policies === undefined
    ? NO_POLICIES
    : given(apps, (found) => {
        const byId = new Map(found.map((app) => [app.id, app]));
        return policies.flatMap((policy) =>
          policy.spec.apps.flatMap((spec) =>
            spec.id === undefined ? [] : adoptionOf(policy, { ...spec, id: spec.id }, byId.get(spec.id)),
          ),
        );
      });

function adoptionOf(
  { metadata }: MicroscalingPolicy,
  spec: AppSpec & { readonly id: string },
  found: MarathonApp | undefined,
): readonly Finding[] {
  const policy = resourceKey(metadata);
  const base = { check: 'adoption', severity: 'error', app: spec.id } as const;
  if (found === undefined) {
    if (spec.app !== undefined) return [];
    return [
      {
        ...base,
        what: `${spec.id} of policy ${policy} does not exist, and the policy has no definition of it`,
        why: 'there is nothing to scale and nothing to create it from',
        change: 'create it, add `app` to the policy, or correct its id',
      },
    ];
  }
  const owner = createdBy(found.labels);
  if (owner === policy || spec.adopt) return [];
  return [
    {
      ...base,
      what: `${spec.id} of policy ${policy} exists and was made by ${owner === undefined ? 'somebody else' : `policy ${owner}`}`,
      why: 'until it is adopted, the policy touches none of its apps',
      change: 'set `adopt: true` on it; nothing restarts',
    },
  ];
}

/** Apps that some policy created which is not among those given. */
export const checkLabels: Check = ({ apps, policies, policiesLack }) => {
  if (policies === undefined) return NO_POLICIES;
  if (policiesLack) return UNREADABLE;
  return given(apps, (found) => {
    const known = new Set(policies.map(({ metadata }) => resourceKey(metadata)));
    const named = new Set(policies.flatMap(({ spec }) => spec.apps.map(({ id }) => id)));
    return found.flatMap((app) => {
      const owner = createdBy(app.labels);
      if (owner === undefined || known.has(owner) || named.has(app.id)) return [];
      return [leftBehind(app, owner)];
    });
  });
};

function leftBehind({ id, instances }: MarathonApp, owner: string): Finding {
  return {
    check: 'labels',
    severity: 'warning',
    app: id,
    what: `${id} was created by policy ${owner}, which is not among the given ones; it has ${instances} instances`,
    why: 'if that policy is gone, nobody scales it any more and it keeps what it holds',
    change: `give the policy with -f if it is still in use; else DELETE /v2/apps${id}, or name it in a policy with \`adopt: true\``,
  };
}
