import { expect, it } from 'vitest';
import type { PolicyStatus } from '../../../../src/api/status.ts';
import type { OperatorView } from '../../../../src/controller/status/view.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { OperatorKind } from '../../../../src/server/kube/kinds/operator-kind.ts';
import { policyKind, poolKind } from '../../../../src/server/kube/kinds/our-kinds.ts';
import { OperatorFollower } from '../../../../src/server/kube/watch/follow-operator.ts';
import { createVersions } from '../../../../src/server/kube/watch/versions.ts';
import { WatchCache } from '../../../../src/server/kube/watch/watch-cache.ts';
import { queueDemoView } from '../../../support/queue-demo.ts';
import { ShownState } from '../../../support/shown-state.ts';

const START = Date.UTC(2026, 7, 1);
const known = await queueDemoView({ startMs: START, pastMs: 20_000 });

/** The view after a round in which nothing but the count of one app moved: everything is drawn anew. */
function afterRound(view: OperatorView, moved: string): OperatorView {
  const next = structuredClone(view);
  return {
    ...next,
    pools: next.pools.map((pool) => ({
      ...pool,
      policies: pool.policies.map((policy) => ({
        ...policy,
        apps: policy.apps.map((app) => (app.name === moved ? { ...app, running: app.running + 1 } : app)),
      })),
    })),
  };
}

function aFollower() {
  const clock = new VirtualClock(START);
  const state = new ShownState(known);
  const versions = createVersions(createMemoryDocumentStore());
  const schema = { type: 'object' as const, description: 'anything' };
  const cache = (): WatchCache => new WatchCache({ startVersion: 0 });
  const policies = new OperatorKind({ versions, kind: policyKind(schema) });
  const follower = new OperatorFollower({
    ...{ state, clock, versions, policies, log: silentLogger, events: cache(), namespaces: cache() },
    pools: new OperatorKind({ versions, kind: poolKind(schema) }),
  });
  const statuses: PolicyStatus[] = [];
  policies.cache.subscribe(({ object }) => statuses.push(object.status as PolicyStatus));
  return {
    statuses,
    first: policies.cache.list()[0]?.status as PolicyStatus,
    look: async (view: OperatorView, afterMs = 5_000): Promise<void> => {
      await clock.advance(afterMs);
      state.show(view);
      follower.look();
    },
  };
}

it('remembers of the apps that did not move one state, whatever others do', async () => {
  const { statuses, first, look } = aFollower();
  const moved = known.pools[0]?.policies[0]?.apps[0]?.name ?? '';
  const once = afterRound(known, moved);
  await look(once);
  await look(afterRound(once, moved));
  expect(statuses).toHaveLength(2);
  const running = (status: PolicyStatus): readonly (number | undefined)[] =>
    status.apps.map((app) => app.running);
  expect(running(statuses[1] ?? first)[0]).toBe((running(first)[0] ?? 0) + 2);
  expect(first.apps.length).toBeGreaterThan(1);
  for (const { apps, conditions } of statuses) {
    expect(conditions).toBe(first.conditions);
    apps.forEach((app, i) => {
      if (i > 0) expect(app).toBe(first.apps[i]);
    });
  }
});

it('tells nothing of a round in which nothing moved', async () => {
  const { statuses, look } = aFollower();
  await look(structuredClone(known));
  expect(statuses).toEqual([]);
});

it('holds back readings, with how far off they may be, until a second after what was told last', async () => {
  const { statuses, look } = aFollower();
  const reading = (value: number, valueMargin: number): OperatorView => ({
    ...known,
    pools: known.pools.map((pool) => ({
      ...pool,
      policies: pool.policies.map((policy) => ({
        ...policy,
        apps: policy.apps.map((app) => ({
          ...app,
          metrics: app.metrics.map((metric) => ({ ...metric, value, valueMargin })),
        })),
      })),
    })),
  });
  await look(reading(12, 3));
  await look(reading(13, 4), 100);
  expect(statuses.map(marginOf)).toEqual([3]);
  await look(reading(14, 5), 900);
  expect(statuses.map(marginOf)).toEqual([3, 5]);
});

function marginOf({ apps }: PolicyStatus): number | undefined {
  return apps.flatMap(({ metrics = [] }) => metrics)[0]?.currentMargin;
}
