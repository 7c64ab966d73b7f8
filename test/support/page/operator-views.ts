// test support: views of operators with many policies, made of the one of the queue demo.

import type { Condition, ConditionType } from '../../../src/api/conditions.ts';
import type { AppView, OperatorView, PolicyView, PoolView } from '../../../src/controller/status/view.ts';
import { queueDemoView } from '../queue-demo.ts';

const known = await queueDemoView({ startMs: 1_000_000, pastMs: 5_000 });

export const aView: OperatorView = known;

const [pool] = known.pools;
if (pool?.policies[0] === undefined) throw new Error('the queue demo has one policy');
const [template] = pool.policies;

/** A policy of its own pool, with the apps of the queue demo: all is well with it. */
export function aPolicyView(name: string, over: Partial<PolicyView> = {}): PolicyView {
  const namespace = over.namespace ?? 'default';
  const apps = template.apps.map((app) => ({
    ...app,
    id: `/${name}/${app.name}`,
    policy: `${namespace}/${name}`,
    metrics: app.metrics.map((metric) => ({ ...metric, value: 1 })),
  }));
  const conditions = template.conditions.map((each) => ({
    ...each,
    lastTransitionTime: new Date().toISOString(),
  }));
  return { ...template, name, namespace, pool: `${namespace}/${name}`, conditions, apps, ...over };
}

export function aPool(policies: readonly PolicyView[], over: Partial<PoolView> = {}): PoolView {
  const name = over.name ?? policies[0]?.pool ?? 'default/empty';
  return { ...shape, name, policies, ...over };
}

const { policies: _policies, cluster: _cluster, ...shape } = pool;

/** An operator that shows these pools. */
export function aViewOf(pools: readonly PoolView[], over: Partial<OperatorView> = {}): OperatorView {
  return { ...known, pools, decisions: [], events: [], ...over };
}

/** `policy` with a condition in another state. */
export function withCondition(
  policy: PolicyView,
  type: ConditionType,
  over: Partial<Omit<Condition, 'type'>>,
): PolicyView {
  const conditions = policy.conditions.map((each) => (each.type === type ? { ...each, ...over } : each));
  return { ...policy, conditions };
}

/** `policy` with a change to its first app. */
export function withApp(policy: PolicyView, change: (app: AppView) => AppView): PolicyView {
  return { ...policy, apps: policy.apps.map((app, i) => (i === 0 ? change(app) : app)) };
}

/** The first app's queue is `value` messages long; its target is 50. */
export function withQueue(policy: PolicyView, value: number): PolicyView {
  return withApp(policy, (app) => ({
    ...app,
    metrics: app.metrics.map((metric) => ({ ...metric, value, target: 50, state: 'ok' as const })),
  }));
}

/** So many policies, each with its own pool: every tenth over its target at capacity, every twentieth not valid. */
export function manyPolicies(count: number): readonly PoolView[] {
  return Array.from({ length: count }, (_, i) => {
    const policy = aPolicyView(`policy-${String(i).padStart(5, '0')}`);
    if (i % 20 === 5) {
      const over = { status: 'False', reason: 'InvalidSpec', message: '/spec/apps/0: bad' } as const;
      return aPool([withCondition(policy, 'Accepted', over)]);
    }
    if (i % 10 !== 0) return aPool([policy]);
    const over = { status: 'True', reason: 'AtCapacity', message: 'the budget is used up' } as const;
    return aPool([withCondition(withQueue(policy, 80), 'ScalingLimited', over)]);
  });
}
