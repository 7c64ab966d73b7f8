// app: deployments that go on and on keep their apps locked.

import type { MicroscalingPolicy } from '../../../../api/policy.ts';
import { defined } from '../../../../lang/defined.ts';
import type { Deployment } from '../../../../schedulers/marathon/schema.ts';
import { type Check, given, timeText } from '../check.ts';
import type { Finding } from '../finding.ts';

const LONG_MS = 60_000;
/** Marathon refuses everything above its limit, 100 by default. */
const MANY_SHARE = 0.8;
const LIMIT = 100;

export const checkLocks: Check = ({ deployments, nowMs, policies, info }) =>
  given(deployments, (all) => {
    const limit = info.flags['max_running_deployments'];
    return [
      ...all.flatMap((deployment) => checkAge(deployment, { nowMs, ours: idsOf(policies ?? []) })),
      ...checkCount(all.length, typeof limit === 'number' ? limit : LIMIT),
    ];
  });

function checkAge(
  deployment: Deployment,
  { nowMs, ours }: { readonly nowMs: number; readonly ours: ReadonlySet<string> },
): readonly Finding[] {
  const { id, sinceMs, affectedApps, affectedPods } = deployment;
  if (sinceMs === undefined || nowMs - sinceMs <= LONG_MS) return [];
  const held = affectedApps.filter((app) => ours.has(app));
  const restart = deployment.actions.some(({ action }) => action.startsWith('Restart'));
  const [only] = affectedApps.length === 1 ? affectedApps : [];
  return [
    {
      check: 'locks',
      severity: held.length > 0 ? 'error' : 'warning',
      ...defined({ app: only }),
      what: `deployment ${id} has held ${[...affectedApps, ...affectedPods].join(', ')} for ${timeText(nowMs - sinceMs)} (${actionsOf(deployment)})`,
      why: restart
        ? 'a restart is never overruled: until it ends, its apps are not scaled and the counts that share a pool with them are frozen'
        : 'a deployment ends only when its instances run; until then nobody else can change these apps, except by force',
      change: `find out what its instances lack (/v2/queue, their logs), or DELETE /v2/deployments/${id} to roll it back`,
    },
  ];
}

function checkCount(count: number, limit: number): readonly Finding[] {
  if (count < limit * MANY_SHARE) return [];
  return [
    {
      check: 'locks',
      severity: 'warning',
      what: `${count} deployments are running, and Marathon takes ${limit}`,
      why: 'above the limit it refuses every change of every app, by force too',
      change: 'end those that cannot finish, or start Marathon with a higher --max_running_deployments',
    },
  ];
}

function actionsOf({ actions }: Deployment): string {
  const kinds = new Set(actions.map(({ action }) => action.replace(/Application$|Pod$/, '').toLowerCase()));
  return [...kinds].join(', ') || 'unknown action';
}

function idsOf(policies: readonly MicroscalingPolicy[]): ReadonlySet<string> {
  return new Set(policies.flatMap(({ spec }) => spec.apps.flatMap(({ id }) => id ?? [])));
}
