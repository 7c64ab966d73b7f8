import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClusterView } from '../../../../src/controller/status/view.ts';
import { HealthTracker } from '../../../../src/server/page/health/tracker.ts';
import { troublesOf } from '../../../../src/server/page/health/troubles.ts';
import { anApp, aPolicy, World, wants } from '../../../support/fakes.ts';
import {
  aPolicyView,
  aPool,
  aView,
  aViewOf,
  withCondition,
  withQueue,
} from '../../../support/page/operator-views.ts';

const calm = aPolicyView('orders');
const over = withQueue(calm, 80);

function seen(tracker: HealthTracker, policy: typeof calm, atMs: number) {
  return tracker.look(aViewOf([aPool([policy])], { atMs })).get('default/orders');
}

describe('since when', () => {
  it('counts from the first look at which it was so, and anew when it comes back', () => {
    const tracker = new HealthTracker();
    seen(tracker, calm, 0);
    expect(seen(tracker, over, 10)?.sinceMs).toBe(10);
    expect(seen(tracker, over, 50)?.sinceMs).toBe(10);
    expect(seen(tracker, calm, 60)?.sinceMs).toBe(60);
    expect(seen(tracker, over, 70)?.sinceMs).toBe(70);
  });

  it('does not begin anew when only what limits it changes', () => {
    const tracker = new HealthTracker();
    seen(tracker, over, 10);
    const limited = withCondition(over, 'ScalingLimited', { status: 'True', reason: 'AtMaximum' });
    expect(seen(tracker, limited, 20)).toMatchObject({ sinceMs: 10, limit: 'at its maximum' });
  });

  it('is what the condition says where it says it', () => {
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const failing = withCondition(calm, 'Applied', {
      status: 'False',
      reason: 'MarathonRefused',
      lastTransitionTime,
    });
    expect(seen(new HealthTracker(), failing, 5)?.sinceMs).toBe(Date.parse(lastTransitionTime));
  });
});

describe('a cluster that falls silent and is then given up', () => {
  const told = { scheduler: 'Marathon', urls: ['http://m'], url: 'http://m', message: '' };
  const at = (tracker: HealthTracker, cluster: ClusterView, atMs: number) =>
    tracker.look(aViewOf([aPool([calm], { cluster })], { atMs })).get('default/orders');

  it('is away since it said something last', () => {
    const tracker = new HealthTracker();
    at(tracker, { ...told, reachable: true }, 10);
    const silent = at(tracker, { ...told, reachable: true, silentSinceMs: 8 }, 20);
    expect(silent).toMatchObject({ level: 'limited', kind: 'SchedulerSilent', sinceMs: 8 });
    const away = at(tracker, { ...told, reachable: false }, 30);
    expect(away).toMatchObject({ level: 'failing', kind: 'Unreachable', sinceMs: 8 });
  });
});

describe('troublesOf', () => {
  const cluster = {
    scheduler: 'Marathon',
    urls: ['http://m'],
    url: 'http://m',
    reachable: false,
    message: 'connection refused',
  };

  it('says once for all policies that their cluster does not answer', () => {
    const pools = ['a', 'b', 'c'].map((name) => aPool([aPolicyView(name)], { cluster }));
    const view = aViewOf(pools, { atMs: 9, clusters: [cluster] });
    const healths = new HealthTracker().look(view);
    expect(troublesOf(view, healths)).toEqual([
      { source: 'Marathon at http://m', message: 'connection refused', sinceMs: 9, policies: 3 },
    ]);
  });

  it('leaves an edit that is not valid to the policy that says so, and lists one that nobody says', () => {
    const message = 'spec.apps[0].instances: min 1 is greater than max 0';
    const policy = withCondition(calm, 'Accepted', {
      status: 'False',
      reason: 'InvalidSpec',
      message: `orders.yaml:11: ${message} (generation 1 goes on running)`,
    });
    const other = { source: 'new.yaml:11', message };
    const problems = [{ source: 'orders.yaml:11', message }, other];
    const view = { ...aViewOf([aPool([policy])]), problems };
    expect(troublesOf(view, new HealthTracker().look(view))).toEqual([other]);
    const paused = { ...view, pools: [aPool([{ ...policy, paused: { sinceMs: 1 } }])] };
    expect(troublesOf(paused, new HealthTracker().look(paused))).toEqual(problems);
  });

  it('leaves an app that two policies name to the two of them', async () => {
    const world = new World({}, {});
    onTestFinished(() => world.stop());
    for (const name of ['a', 'b'])
      world.policies.put(`${name}.yaml`, aPolicy(name, [anApp('worker', { ...wants(1), id: '/x/worker' })]));
    await world.start(5_000);
    const healths = new HealthTracker().look(world.view);
    expect([...healths.values()].map(({ kind }) => kind)).toEqual(['DuplicateApp', 'DuplicateApp']);
    expect(world.view.problems).toHaveLength(2);
    expect(troublesOf(world.view, healths)).toEqual([]);
  });

  it('lists a document whose place ends as that of another', () => {
    const message = 'no such field';
    const refused = {
      status: 'False',
      reason: 'InvalidSpec',
      message: `new-orders.yaml:3: ${message}`,
    } as const;
    const problems = [{ source: 'orders.yaml:3', message }];
    const view = { ...aViewOf([aPool([withCondition(calm, 'Accepted', refused)])]), problems };
    expect(troublesOf(view, new HealthTracker().look(view))).toEqual(problems);
  });

  it('lists documents that do not run, and nothing else when all is well', () => {
    const problems = [{ source: 'a.yaml:3', message: 'no such field' }];
    const healths = new HealthTracker().look(aView);
    expect(troublesOf({ ...aView, problems }, healths)).toEqual(problems);
    expect(troublesOf(aView, healths)).toEqual([]);
  });
});
