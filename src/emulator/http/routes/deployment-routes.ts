// emulator: deployments under way, and how to get rid of one.

import { notFound } from '../../api-error.ts';
import type { Deployment } from '../../marathon/deployments/deployments.ts';
import { planView } from '../../marathon/deployments/plan.ts';
import { reverted } from '../../marathon/deployments/revert.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { type Call, empty, flag, json, param } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { accepted } from './results.ts';

export function deploymentRoutes(marathon: Marathon): Route[] {
  return [
    route('GET', '/v2/deployments', () =>
      json(
        200,
        marathon.deployments.running.map((deployment) => deploymentView(marathon, deployment)),
      ),
    ),
    route('DELETE', '/v2/deployments/{id}', (call) => cancel(marathon, call)),
  ];
}

function deploymentView(marathon: Marathon, { plan, currentStep }: Deployment): Record<string, unknown> {
  const current = plan.steps[currentStep - 1]?.actions ?? [];
  return {
    ...planView(plan),
    affectedApps: plan.changes.map(({ id }) => id),
    affectedPods: [],
    currentActions: current.map(({ action, app: { id } }) => ({
      action,
      app: id,
      readinessCheckResults: marathon.instances.readiness.of(id),
    })),
    currentStep,
    totalSteps: plan.steps.length,
  };
}

/** With force it just ends, half-way; without, another deployment brings back what was before. */
function cancel(marathon: Marathon, call: Call): Response {
  const id = param(call, 'id');
  const deployment = marathon.deployments.get(id);
  if (deployment === undefined) throw notFound(`DeploymentPlan ${id} does not exist`);
  if (flag(call, 'force')) {
    marathon.deployments.cancel(id);
    return empty(202);
  }
  return accepted(
    marathon.groups.update({
      groupId: '/',
      force: true,
      change: ({ tree }) => reverted(tree, deployment.plan),
    }),
  );
}
