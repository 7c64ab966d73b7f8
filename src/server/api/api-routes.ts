// server: why each app of a policy has the count it has, beside what the Kubernetes-shaped API tells of the policy.

import { Hono } from 'hono';
import type { OperatorState } from '../../controller/status/view.ts';
import { notFound } from '../kube/http/failure.ts';
import { notRunningHint } from '../kube/not-running.ts';
import { explanation } from './explanation.ts';

const ABOUT = { group: 'microscaling.io', plural: 'microscalingpolicies' };

/** Routes below `/apis/microscaling.io/v1alpha1`. */
export function apiRoutes(state: OperatorState): Hono {
  const app = new Hono();
  app.get('/namespaces/:ns/microscalingpolicies/:name/explain', (c) => {
    const { ns, name } = c.req.param();
    const view = state.view();
    const policies = view.pools.flatMap((pool) => pool.policies);
    const policy = policies.find((each) => each.namespace === ns && each.name === name);
    if (policy !== undefined) return c.json(explanation(policy, view.decisions));
    return notFound(ABOUT, name, notRunningHint(view, `${ns}/${name}`)).response();
  });
  return app;
}
