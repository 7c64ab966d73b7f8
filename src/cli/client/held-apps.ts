// cli: which apps a running operator holds already, so that a plan does not list what was done long ago.

import type { PlanReport } from '../../app/commands/plan.ts';
import type { Change } from '../../core/change.ts';
import { POLICY_KIND, pathOf } from './kinds.ts';
import type { OperatorClient } from './operator-client.ts';
import { conditionOf, type ListObject, type PolicyObject } from './policy-object.ts';

/** The plan without adoptions of apps that the operator's policy of that name holds. @throws as `client.get` does */
export async function withoutHeld(
  report: PlanReport,
  client: Pick<OperatorClient, 'get'>,
  signal: AbortSignal,
): Promise<PlanReport> {
  const { items } = (await client.get(pathOf({ kind: POLICY_KIND }), signal)) as ListObject<PolicyObject>;
  const held = new Set(items.flatMap(heldBy));
  const policies = report.policies.map((plan) => ({
    ...plan,
    changes: plan.changes.filter((change) => !isHeld(change, plan.policy, held)),
  }));
  return { ...report, policies, changes: policies.flatMap(({ changes }) => changes) };
}

function isHeld({ kind, app }: Change, policy: string, held: ReadonlySet<string>): boolean {
  return kind === 'adopt' && held.has(`${policy} ${app}`);
}

/** A policy that is not accepted, because an app is somebody else's, holds nothing of it. */
function heldBy(policy: PolicyObject): readonly string[] {
  if (conditionOf(policy, 'Accepted')?.status !== 'True' || policy.spec.mode !== 'Reconcile') return [];
  const { namespace, name } = policy.metadata;
  return (policy.status?.apps ?? []).map(({ id }) => `${namespace}/${name} ${id}`);
}
