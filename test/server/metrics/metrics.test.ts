import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RoundReport } from '../../../src/controller/status/round-report.ts';
import type { AppView, OperatorView } from '../../../src/controller/status/view.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { HttpBindings } from '../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../src/server/app.ts';
import { createMetrics, DESCRIPTIONS } from '../../../src/server/metrics/metrics.ts';
import { queueDemoView } from '../../support/queue-demo.ts';
import { ShownState } from '../../support/shown-state.ts';

const CONSUMER = { policy: 'default/queue-demo', app: '/queue-demo/consumer' };
const START = Date.UTC(2026, 7, 1);

/** Series by their name with labels in order. */
async function series(view: OperatorView, metrics = createMetrics('1.2.3')): Promise<Map<string, number>> {
  const lines = (await metrics.scrape(view)).split('\n').filter((line) => /^microscaling_/.test(line));
  return new Map(
    lines.map((line) => {
      const [name = '', value = ''] = line.split(/ (?=\S+$)/);
      return [name, Number(value)];
    }),
  );
}

const known = await queueDemoView({ startMs: START, pastMs: 20_000 });

/** The view with every app changed. */
function withApps(view: OperatorView, change: (app: AppView) => AppView): OperatorView {
  const pools = view.pools.map((pool) => ({
    ...pool,
    policies: pool.policies.map((policy) => ({ ...policy, apps: policy.apps.map(change) })),
  }));
  return { ...view, pools };
}

function aReport(over: Partial<RoundReport> = {}): RoundReport {
  return {
    pool: 'default/queue-demo',
    result: 'complete',
    durationMs: 20,
    decisions: [],
    changes: [],
    failedReadings: [],
    ...over,
  };
}

const app = (name: string): string => `{policy="${CONSUMER.policy}",app="/queue-demo/${name}"}`;

describe('the figures of a scrape', () => {
  it('are those of the view', async () => {
    const view = known;
    const found = await series(view);
    const consumer = view.pools[0]!.policies[0]!.apps[0]!;
    expect(found.get(`microscaling_app_wanted_instances${app('consumer')}`)).toBe(consumer.wanted);
    expect(found.get(`microscaling_app_granted_instances${app('consumer')}`)).toBe(consumer.granted);
    expect(found.get(`microscaling_app_requested_instances${app('consumer')}`)).toBe(consumer.requested);
    expect(found.get(`microscaling_app_running_instances${app('consumer')}`)).toBe(consumer.running);
    const target = `{policy="${CONSUMER.policy}",app="${CONSUMER.app}",target="0",unit="messages"}`;
    expect(found.get(`microscaling_app_metric_value${target}`)).toBe(consumer.metrics[0]!.value);
    expect(found.get(`microscaling_app_metric_target${target}`)).toBe(50);
    expect(found.get(`microscaling_app_metric_up${target}`)).toBe(1);
    const pool = '{pool="default/queue-demo",unit="slots"}';
    expect(found.get(`microscaling_pool_capacity${pool}`)).toBe(10);
    expect(found.get(`microscaling_pool_used${pool}`)).toBe(view.pools[0]!.capacity.used);
    expect(found.get('microscaling_policies{ready="true"}')).toBe(1);
    expect(found.get('microscaling_policies{ready="false"}')).toBe(0);
    expect(found.get('microscaling_build_info{version="1.2.3"}')).toBe(1);
    expect(found.get('microscaling_scheduler_up{urls="http://127.0.0.1:8080"}')).toBe(1);
    expect(found.get('microscaling_marathon_up{urls="http://127.0.0.1:8080"}')).toBe(1);
  });

  it('say which of several operators has a pool, and nothing of that where there is one', async () => {
    const none = await series(known);
    expect([...none.keys()].filter((name) => name.includes('pool_owner'))).toEqual([]);
    const owner = { operator: '/ops/a', holder: 'ops_a.1' };
    const shared = { ...known, pools: known.pools.map((pool) => ({ ...pool, owner })) };
    const labels = '{pool="default/queue-demo",operator="/ops/a",holder="ops_a.1"}';
    expect((await series(shared)).get(`microscaling_pool_owner_info${labels}`)).toBe(1);
  });

  it.each<[what: string, name: string, change: (view: OperatorView) => OperatorView]>([
    [
      'a metric that cannot be read',
      'app_metric_value',
      (view) =>
        withApps(view, (each) => ({
          ...each,
          metrics: each.metrics.map(({ value: _, ...rest }) => ({ ...rest, state: 'unavailable' })),
        })),
    ],
    [
      'a count that nobody decided',
      'app_wanted_instances',
      (view) => withApps(view, (each) => ({ ...each, undecided: true })),
    ],
    [
      'an app that is not there',
      'app_running_instances',
      (view) => withApps(view, (each) => ({ ...each, exists: false, running: 0 })),
    ],
    [
      'a shortage that nobody counted',
      'pool_shortage_instances',
      (view) => ({ ...view, pools: view.pools.map(({ shortage: _, ...pool }) => pool) }),
    ],
    [
      'a pool before its first round',
      'pool_used',
      (view) => ({
        ...view,
        pools: view.pools.map(({ lastRoundAtMs: _, ...pool }) => pool),
      }),
    ],
    [
      'a condition that is not known',
      'policy_condition',
      (view) => ({
        ...view,
        pools: view.pools.map((pool) => ({
          ...pool,
          policies: pool.policies.map((policy) => ({
            ...policy,
            conditions: policy.conditions.map((c) => ({ ...c, status: 'Unknown' as const })),
          })),
        })),
      }),
    ],
  ])('leave out %s', async (_what, name, change) => {
    const found = await series(change(known));
    expect([...found.keys()].filter((key) => key.startsWith(`microscaling_${name}{`))).toEqual([]);
  });

  it('tell the shortage of a pool', async () => {
    const view = known;
    const short = { ...view, pools: view.pools.map((pool) => ({ ...pool, shortage: 3 })) };
    expect((await series(short)).get('microscaling_pool_shortage_instances{pool="default/queue-demo"}')).toBe(
      3,
    );
  });
});

describe('counters', () => {
  it('count rounds, decisions, changes and failed readings', async () => {
    const metrics = createMetrics('1.2.3');
    const change = { kind: 'scale', result: 'accepted' } as const;
    const decisions = [{ ...CONSUMER, direction: 'up' as const, from: 1, to: 2 }];
    metrics.roundEnded(aReport({ decisions, changes: [change, change], failedReadings: [CONSUMER] }));
    metrics.roundEnded(aReport({ result: 'blind', durationMs: 3_000, lateMs: 70 }));
    const found = await series(known, metrics);
    expect(found.get('microscaling_rounds_total{result="complete"}')).toBe(1);
    expect(found.get('microscaling_rounds_total{result="blind"}')).toBe(1);
    expect(found.get('microscaling_round_duration_seconds_sum')).toBeCloseTo(3.02);
    expect(found.get('microscaling_round_duration_seconds_bucket{le="0.025"}')).toBe(1);
    expect(found.get('microscaling_round_lateness_seconds_count')).toBe(1);
    expect(found.get('microscaling_round_lateness_seconds_bucket{le="0.05"}')).toBe(0);
    expect(found.get('microscaling_round_lateness_seconds_bucket{le="0.1"}')).toBe(1);
    expect(found.get('microscaling_changes_total{kind="scale",result="accepted"}')).toBe(2);
    const up = `{policy="${CONSUMER.policy}",app="${CONSUMER.app}",direction="up"}`;
    expect(found.get(`microscaling_decisions_total${up}`)).toBe(1);
    expect(found.get(`microscaling_app_metric_failures_total${app('consumer')}`)).toBe(1);
  });

  it('count calls by scheduler, and under their former name those of the default one alone', async () => {
    const metrics = createMetrics('1.2.3');
    const call = { method: 'PUT', endpoint: 'app', outcome: 'ok', durationMs: 7 } as const;
    metrics.schedulerCalled(call);
    for (let i = 0; i < 2; i++) metrics.schedulerCalled({ ...call, scheduler: 'ecs' });
    const found = await series(known, metrics);
    const labels = 'method="PUT",endpoint="app"';
    const counted = (name: string, whose: string, end = ''): number | undefined =>
      found.get(`microscaling_${name}{${whose}${labels}${end}}`);
    const ok = ',outcome="ok"';
    expect(counted('scheduler_requests_total', '', ok)).toBe(1);
    expect(counted('scheduler_requests_total', 'scheduler="ecs",', ok)).toBe(2);
    expect(counted('scheduler_request_duration_seconds_count', 'scheduler="ecs",')).toBe(2);
    expect(counted('marathon_requests_total', '', ok)).toBe(1);
    expect(counted('marathon_request_duration_seconds_count', '')).toBe(1);
    expect([...found.keys()].filter((key) => /marathon_request.*ecs/.test(key))).toEqual([]);
  });

  it('begin at 0 with an app, so that the first step shows', async () => {
    const found = await series(known);
    expect(found.get(`microscaling_app_metric_failures_total${app('consumer')}`)).toBe(0);
    expect(found.has(`microscaling_app_metric_failures_total${app('producer')}`)).toBe(false);
  });

  it('do not lose a step between two scrapes', async () => {
    const metrics = createMetrics('1.2.3');
    for (const expected of [1, 2, 3]) {
      metrics.roundEnded(aReport({ failedReadings: [CONSUMER] }));
      const found = await series(known, metrics);
      expect(found.get(`microscaling_app_metric_failures_total${app('consumer')}`)).toBe(expected);
    }
  });
});

describe('a policy that is gone', () => {
  it('leaves no series', async () => {
    const metrics = createMetrics('1.2.3');
    const decisions = [{ ...CONSUMER, direction: 'down' as const, from: 2, to: 1 }];
    metrics.roundEnded(aReport({ decisions, failedReadings: [CONSUMER] }));
    const view = known;
    const before = [...(await series(view, metrics)).keys()].filter((key) => /queue-demo/.test(key));
    expect(before.length).toBeGreaterThan(30);
    const after = await series({ ...view, pools: [] }, metrics);
    expect([...after.keys()].filter((key) => /queue-demo/.test(key))).toEqual([]);
    expect(after.get('microscaling_rounds_total{result="complete"}')).toBe(1);
  });
});

describe('a scrape', () => {
  it('lets others be heard between its families', async () => {
    let heard = 0;
    let isOver = false;
    const others = (): void => {
      heard += 1;
      if (!isOver) setImmediate(others);
    };
    setImmediate(others);
    await createMetrics('1.2.3').scrape(known);
    isOver = true;
    expect(heard).toBeGreaterThan(20);
  });

  it('has each family once, with its help and its type', async () => {
    const text = await createMetrics('1.2.3').scrape(known);
    for (const { name, type } of DESCRIPTIONS)
      expect(text.split(`# TYPE ${name} ${type}\n`), name).toHaveLength(2);
    expect(text.split(/^# TYPE /m).length).toBe(text.split(/^# HELP /m).length);
  });
});

describe('GET /metrics', () => {
  const handler = createServerApp({
    state: new ShownState(known),
    clock: new VirtualClock(START),
    log: silentLogger,
    boundTo: '127.0.0.1',
    token: 'token-of-this-start',
    writeToken: 'never-told',
    version: '1.2.3',
  });
  const ask = async (host: string): Promise<Response> =>
    await handler(new Request(`http://${host}/metrics`, { headers: { host } }), {} as HttpBindings);

  it('speaks the text format, without a token', async () => {
    const response = await ask('127.0.0.1:8090');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('# TYPE microscaling_rounds_total counter\n');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).not.toMatch(/token-of-this-start|never-told/);
  });

  it('is not for other hosts', async () => {
    expect((await ask('evil.example')).status).toBe(403);
  });
});

describe('deploy/prometheus/readme.md', () => {
  const readme = readFileSync(new URL('../../../deploy/prometheus/readme.md', import.meta.url), 'utf8');

  it('describes every metric and no other', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| `microscaling_'));
    expect(rows.sort()).toEqual(
      DESCRIPTIONS.map(({ name, type, labelNames, help }) => {
        const labels = labelNames.map((label) => `\`${label}\``).join(', ') || '–';
        return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
      }).sort(),
    );
  });

  it.each(['rules.yaml', 'prometheus.yaml'])('%s names only metrics that exist', (file) => {
    const text = readFileSync(new URL(`../../../deploy/prometheus/${file}`, import.meta.url), 'utf8');
    // A label that whoever runs Prometheus gives it is no metric.
    const rules = text.replaceAll(/\$externalLabels\.\w+|external_labels: \{ \w+:/g, '');
    const named = new Set(rules.match(/microscaling_[a-z_]+/g));
    const known = DESCRIPTIONS.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    expect([...named].filter((name) => !known.includes(name))).toEqual([]);
  });
});
