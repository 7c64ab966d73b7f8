import { describe, expect, it } from 'vitest';
import type { Condition, ConditionType } from '../../../../src/api/conditions.ts';
import type { AppView, ClusterView, OperatorView } from '../../../../src/controller/status/view.ts';
import { pageView } from '../../../../src/server/page/view/page-view.ts';
import { seriesOf } from '../../../../src/server/page/view/series.ts';
import { aPolicyView, aPool, aViewOf, withApp } from '../../../support/page/operator-views.ts';
import { QueueDemo, queueDemoView } from '../../../support/queue-demo.ts';

const extras = {
  healths: new Map(),
  tiles: new Map(),
  sample: { atMs: 0, values: {}, wallAheadMs: 0 },
  ratePerS: () => undefined,
};

function viewAfter(seconds: number): Promise<OperatorView> {
  return queueDemoView({ startMs: 1_000_000, pastMs: seconds * 1_000 });
}

function withConditions(view: OperatorView, ...conditions: readonly Condition[]): OperatorView {
  return {
    ...view,
    pools: view.pools.map((pool) => ({
      ...pool,
      policies: pool.policies.map((policy) => ({ ...policy, conditions })),
    })),
  };
}

describe('pageView', () => {
  it('lists apps by priority, those left to people last', async () => {
    const apps = pageView(await viewAfter(5), extras).pools[0]!.apps;
    expect(apps.map((app) => [app.name, app.colour.hue])).toEqual([
      ['consumer', 1],
      ['remainder', 2],
      ['producer', 0],
    ]);
  });

  it('has the names of targets, which its charts are headed by', async () => {
    const view = await viewAfter(5);
    const named = JSON.parse(
      JSON.stringify(view, (key, value: unknown) =>
        key === 'metrics' && Array.isArray(value)
          ? value.map((metric: object) => ({ ...metric, targetName: 'orders' }))
          : value,
      ),
    ) as OperatorView;
    const metrics = pageView(named, extras).pools.flatMap(({ apps }) => apps.flatMap((app) => app.metrics));
    expect(metrics.map(({ targetName }) => targetName)).toEqual(['orders']);
    const unnamed = pageView(view, extras).pools.flatMap(({ apps }) => apps.flatMap((app) => app.metrics));
    expect(unnamed.map(({ targetName }) => targetName)).toEqual([undefined]);
  });

  it('says what one fewer and one more would have meant, where that is known', () => {
    const told = (figures: Readonly<Record<string, number>>) => {
      const policy = withApp(aPolicyView('orders'), (app) => ({ ...app, figures }));
      return pageView(aViewOf([aPool([policy])]), extras).pools[0]?.apps.find(
        ({ id }) => id === policy.apps[0]?.id,
      )?.alternatives;
    };
    expect(told({ missChance: 0.12, waitingWithOneMore: 30, missChanceWithOneMore: 0.02 })).toBe(
      'one more: 30 waiting, a chance of 2 % to miss the target, one fewer for others; as wanted: a chance of 12 % to miss it',
    );
    expect(told({ waiting: 3 })).toBeUndefined();
  });

  it('names the app of a decision and gives it its colour', async () => {
    const [decision] = pageView(await viewAfter(30), extras).decisions;
    expect(decision).toMatchObject({
      title: expect.stringMatching(/consumer|remainder/),
      colour: { shade: 0 },
    });
  });

  it('lets the id stand for an app that is gone', async () => {
    const view = await viewAfter(30);
    const [decision] = pageView({ ...view, pools: [] }, extras).decisions;
    expect(decision?.title).toMatch(/^\/queue-demo\//);
    expect(decision).not.toHaveProperty('colour');
  });

  it('bounds what it sends', async () => {
    const view = await viewAfter(5);
    const events = Array.from({ length: 500 }, () => view.events[0]!);
    expect(pageView({ ...view, events }, extras).events.length).toBeLessThanOrEqual(100);
  });

  it('carries no spec, where credentials are referred to', async () => {
    expect(JSON.stringify(pageView(await viewAfter(5), extras))).not.toContain('"spec"');
  });

  it('shows the rate of a counter only when it is known', async () => {
    const counters = async (perS: number | undefined) =>
      pageView(await viewAfter(5), { ...extras, ratePerS: () => perS }).pools[0]!.apps[0]!.counters;
    expect((await counters(undefined))[0]).not.toHaveProperty('perS');
    expect((await counters(3))[0]).toMatchObject({ name: 'consumed', perS: 3 });
  });

  const condition = (type: ConditionType, status: Condition['status']): Condition => ({
    type,
    status,
    reason: 'Valid',
    message: 'm',
    lastTransitionTime: '',
    observedGeneration: 1,
  });

  it.each([
    ['Accepted', 'False', 'problem'],
    ['MetricsAvailable', 'False', 'problem'],
    ['Applied', 'False', 'problem'],
    ['NotLaunching', 'True', 'problem'],
    ['Conflict', 'True', 'problem'],
    ['ScalingLimited', 'True', 'neutral'],
    ['Paused', 'True', 'neutral'],
    ['Accepted', 'True', undefined],
    ['NotLaunching', 'False', undefined],
    ['Paused', 'False', undefined],
    ['MetricsAvailable', 'Unknown', undefined],
    ['Ready', 'False', undefined],
  ] as const)('says of %s=%s: %s', async (type, status, level) => {
    const [policy] = pageView(withConditions(await viewAfter(1), condition(type, status)), extras).pools[0]!
      .policies;
    expect(policy?.notes.map((note) => note.level)).toEqual(level === undefined ? [] : [level]);
  });

  it('does not call a policy ready before that is known', async () => {
    const [policy] = pageView(withConditions(await viewAfter(1)), extras).pools[0]!.policies;
    expect(policy?.ready.status).toBe('Unknown');
  });
});

describe('seriesOf', () => {
  it('has the counts, the metric, the target, the counters and the capacity', async () => {
    expect(seriesOf(await viewAfter(3))).toMatchObject({
      'capacity default/queue-demo': 10,
      'running /queue-demo/consumer': 1,
      'target /queue-demo/consumer 0': 50,
      'value /queue-demo/consumer 0': expect.any(Number),
      'counter /queue-demo/remainder work': expect.any(Number),
    });
  });

  it('has no value for a metric that was not read, and keeps its target', async () => {
    const demo = await QueueDemo.start({ startMs: 0 });
    demo.loseQueue('no answer');
    await demo.advance(20_000);
    const series = seriesOf(demo.view());
    expect(series).not.toHaveProperty('value /queue-demo/consumer 0');
    expect(series).toHaveProperty('target /queue-demo/consumer 0', 50);
  });

  it('has no count for an app that does not exist', async () => {
    const view = await viewAfter(1);
    const pools = view.pools.map((pool) => ({
      ...pool,
      policies: pool.policies.map((p) => ({ ...p, apps: p.apps.map((app) => ({ ...app, exists: false })) })),
    }));
    expect(Object.keys(seriesOf({ ...view, pools })).filter((key) => key.startsWith('running'))).toEqual([]);
  });
});

describe('links to the pages of clusters', () => {
  const cluster = (scheduler: string, url: string): ClusterView => ({
    scheduler,
    urls: [url],
    url,
    reachable: true,
    message: '',
  });
  const linkOf = (app: Partial<AppView>, clusters: readonly ClusterView[]) => {
    const policy = withApp(aPolicyView('orders'), (each) => ({ ...each, page: '/ui/#/apps/x', ...app }));
    const [first] = clusters;
    const pool = aPool([policy], {
      ...(first && { cluster: first }),
      ...(clusters.length > 1 && { clusters }),
    });
    const consumer = pageView(aViewOf([pool]), extras).pools[0]?.apps.find(({ name }) => name === 'consumer');
    return consumer?.link;
  };

  it.each([
    {
      name: 'below the address of the cluster',
      app: {},
      at: ['a http://m:8080'],
      want: 'http://m:8080/ui/#/apps/x',
    },
    {
      name: 'below a path of it',
      app: {},
      at: ['a http://m/marathon/'],
      want: 'http://m/marathon/ui/#/apps/x',
    },
    {
      name: 'of the right one of several',
      app: { scheduler: 'b' },
      at: ['a http://m', 'b http://n'],
      want: 'http://n/ui/#/apps/x',
    },
    {
      name: 'nowhere when two may be meant',
      app: { scheduler: 'a' },
      at: ['a http://m', 'a http://n'],
      want: undefined,
    },
    {
      name: 'nowhere for an address that no browser opens',
      app: {},
      at: ['a unix:///x.sock'],
      want: undefined,
    },
    { name: 'nowhere before the cluster is known', app: {}, at: [], want: undefined },
  ])('lead $name', ({ app, at, want }) => {
    const clusters = at.map((text) => cluster(text.split(' ')[0] ?? '', text.split(' ')[1] ?? ''));
    expect(linkOf(app, clusters)).toBe(want);
  });
});
