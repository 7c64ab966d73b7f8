// server: the figures of a view, one gauge each. Pure. What is unknown has no sample: it is never a zero.

import type {
  AppView,
  ClusterView,
  MetricView,
  OperatorView,
  PolicyView,
  PoolView,
} from '../../controller/status/view.ts';

export type GaugeSample = readonly [labels: Readonly<Record<string, string>>, value: number];

export interface ViewGauge {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  samples(view: OperatorView): readonly GaugeSample[];
}

/** A figure of one thing, undefined while it is not known. */
type Figure<T> = readonly [name: string, help: string, of: (thing: T) => number | undefined];

const OPERATOR: readonly Figure<OperatorView>[] = [
  ['ready', '1 once the policies and a cluster were read.', ({ ready }) => Number(ready)],
  [
    'document_problems',
    'Problems of documents that are not running as written.',
    ({ problems }) => problems.length,
  ],
];

const CLUSTER_UP: ViewGauge = {
  name: 'microscaling_scheduler_up',
  help: '1 while a cluster answers: it could be read when it was last tried, and has not fallen silent since; its addresses are the label.',
  labelNames: ['urls'],
  samples: ({ cluster, clusters }) =>
    clusters.length === 0
      ? [[{}, Number(cluster.reachable)]]
      : clusters.map((each) => [urlsOf(each), Number(each.reachable && each.silentSinceMs === undefined)]),
};

const CLUSTER_INFO: ViewGauge = {
  name: 'microscaling_scheduler_info',
  help: 'Always 1; the version of the scheduler of a cluster is a label, once it has told.',
  labelNames: ['urls', 'version'],
  samples: ({ clusters }) =>
    clusters.flatMap(({ version, ...each }) =>
      version === undefined ? [] : [[{ ...urlsOf(each), version }, 1] as const],
    ),
};

/** What dashboards of earlier versions read. */
function formerly(name: string, { name: now, ...rest }: ViewGauge): ViewGauge {
  return { ...rest, name, help: `Former name of \`${now}\`.` };
}

/** All of them, whichever is in use: a fail-over is the same cluster. */
function urlsOf({ urls, url }: Pick<ClusterView, 'urls' | 'url'>): { readonly urls: string } {
  return { urls: urls.length === 0 ? url : urls.join(',') };
}

const POOL: readonly Figure<PoolView>[] = [
  [
    'pool_shortage_instances',
    'Instances that are needed and cannot run for want of room: what a machine autoscaler should act on.',
    ({ shortage }) => shortage,
  ],
  [
    'pool_interval_seconds',
    'How often the pool is looked at when nothing happens.',
    ({ intervalMs }) => intervalMs / 1000,
  ],
  [
    'pool_last_round_timestamp_seconds',
    'When the last complete round decided.',
    ({ lastRoundAtMs }) => seconds(lastRoundAtMs),
  ],
];

/** Their unit is a label: slots, instances, or the scarcest of the resources. */
const CAPACITY: readonly Figure<PoolView['capacity']>[] = [
  ['pool_capacity', 'What the apps of the pool share.', ({ total }) => total],
  ['pool_used', 'What they occupy of it, with what was asked for and is not there yet.', ({ used }) => used],
];

const APP: readonly Figure<AppView>[] = [
  [
    'app_wanted_instances',
    "What the law asks for, within the app's own bounds.",
    (app) => (app.undecided ? undefined : app.wanted),
  ],
  ['app_granted_instances', 'What the pool grants.', (app) => (app.undecided ? undefined : app.granted)],
  [
    'app_requested_instances',
    'Instances that the scheduler is asked for.',
    (app) => existing(app, app.requested),
  ],
  ['app_running_instances', 'Tasks that run.', (app) => existing(app, app.running)],
  [
    'app_ready_instances',
    'Tasks that serve: healthy where the app has health checks.',
    (app) => existing(app, app.ready),
  ],
  ['app_waiting_instances', 'Instances that wait to be launched.', (app) => existing(app, app.waiting)],
  ['app_min_instances', 'Fewest that the policy allows.', ({ min }) => min],
  ['app_max_instances', 'Most that the policy allows.', ({ max }) => max],
  [
    'app_dead_time_seconds',
    'Time from asking for an instance until it serves: the median of the latest launches, or a guess before the first.',
    ({ figures }) => figures['deadTimeS'],
  ],
  [
    'app_dead_time_90_seconds',
    'The same, which nine in ten of the latest launches did not exceed; absent before the first.',
    ({ figures }) => figures['deadTime90S'],
  ],
  [
    'app_launches_seen',
    'How many launches that was learned from, 16 at most.',
    ({ figures }) => figures['launches'],
  ],
];

const METRIC: readonly Figure<MetricView>[] = [
  ['app_metric_value', 'What the law compares with the target; +Inf where it has no end.', measured],
  [
    'app_metric_margin',
    'How far off the value may be, two deviations; absent where it is measured and not estimated.',
    ({ valueMargin }) => valueMargin,
  ],
  ['app_metric_target', 'The target, in the same unit.', ({ target }) => target],
  ['app_metric_up', '1 while the metric is read, 0 while it fails.', ({ state }) => Number(state === 'ok')],
  [
    'app_objective_budget_seconds',
    "How long the target may be missed within its objective's window.",
    ({ objective }) => objective?.budgetSeconds,
  ],
  [
    'app_objective_above_seconds',
    "How long it was missed within its objective's window, up to now.",
    ({ objective }) => objective?.aboveSeconds,
  ],
  [
    'app_objective_known_seconds',
    "How much of its objective's window is known.",
    ({ objective }) => objective?.knownSeconds,
  ],
  ['app_metric_timestamp_seconds', 'When the value was measured.', ({ atMs }) => seconds(atMs)],
];

function measured({ value, infinite }: MetricView): number | undefined {
  return infinite ? Number.POSITIVE_INFINITY : value;
}

const POOL_OWNER: ViewGauge = {
  name: 'microscaling_pool_owner_info',
  help: 'Always 1; where several operators share the policies, which of them has the pool, and by which instance, are labels.',
  labelNames: ['pool', 'operator', 'holder'],
  samples: ({ pools }) =>
    pools.flatMap(({ name: pool, owner }) => (owner === undefined ? [] : [[{ pool, ...owner }, 1] as const])),
};

const SCHEDULER_INFO: ViewGauge = {
  name: 'microscaling_app_scheduler_info',
  help: 'Always 1; where the pool of an app is not all in the own scheduler, the one that it lives in is a label.',
  labelNames: ['policy', 'app', 'scheduler'],
  samples: (view) =>
    appsOf(view).flatMap((app) =>
      app.scheduler === undefined ? [] : [[{ ...labelsOf(app), scheduler: app.scheduler }, 1] as const],
    ),
};

const POLICIES: ViewGauge = {
  name: 'microscaling_policies',
  help: 'Policies by what their condition Ready says (true, false, unknown).',
  labelNames: ['ready'],
  samples: (view) =>
    ['True', 'False', 'Unknown'].map((status) => [
      { ready: status.toLowerCase() },
      policiesOf(view).filter((policy) => readiness(policy) === status).length,
    ]),
};

const CONDITIONS: ViewGauge = {
  name: 'microscaling_policy_condition',
  help: "A policy's conditions by type: 1 true, 0 false, absent while unknown.",
  labelNames: ['policy', 'type'],
  samples: (view) =>
    policiesOf(view).flatMap(({ namespace, name, conditions }) =>
      conditions
        .filter(({ status }) => status !== 'Unknown')
        .map(
          ({ type, status }): GaugeSample => [
            { policy: `${namespace}/${name}`, type },
            Number(status === 'True'),
          ],
        ),
    ),
};

export const VIEW_GAUGES: readonly ViewGauge[] = [
  ...OPERATOR.map((figure) => gauge(figure, [], (view) => [[{}, view]])),
  CLUSTER_UP,
  formerly('microscaling_marathon_up', CLUSTER_UP),
  CLUSTER_INFO,
  formerly('microscaling_marathon_info', CLUSTER_INFO),
  POLICIES,
  CONDITIONS,
  ...CAPACITY.map((figure) =>
    gauge(figure, ['pool', 'unit'], ({ pools }) =>
      // Before the first round nobody has counted.
      pools
        .filter(({ lastRoundAtMs }) => lastRoundAtMs !== undefined)
        .map(({ name, capacity }) => [{ pool: name, unit: capacity.unit }, capacity]),
    ),
  ),
  ...POOL.map((figure) =>
    gauge(figure, ['pool'], ({ pools }) => pools.map((pool) => [{ pool: pool.name }, pool])),
  ),
  POOL_OWNER,
  ...APP.map((figure) =>
    gauge(figure, ['policy', 'app'], (view) => appsOf(view).map((app) => [labelsOf(app), app])),
  ),
  SCHEDULER_INFO,
  ...METRIC.map((figure) =>
    gauge(figure, ['policy', 'app', 'target', 'unit'], (view) =>
      appsOf(view).flatMap((app) =>
        app.metrics.map((metric, target) => [
          { ...labelsOf(app), target: String(target), unit: metric.unit },
          metric,
        ]),
      ),
    ),
  ),
];

function gauge<T>(
  [name, help, of]: Figure<T>,
  labelNames: readonly string[],
  things: (view: OperatorView) => readonly (readonly [GaugeSample[0], T])[],
): ViewGauge {
  return {
    name: `microscaling_${name}`,
    help,
    labelNames,
    samples: (view) =>
      things(view).flatMap(([labels, thing]) => {
        const value = of(thing);
        return value === undefined ? [] : [[labels, value]];
      }),
  };
}

/** Each gauge of a scrape asks for them. */
const apps = new WeakMap<OperatorView, readonly AppView[]>();

export function appsOf(view: OperatorView): readonly AppView[] {
  const known = apps.get(view);
  if (known !== undefined) return known;
  const found = policiesOf(view).flatMap((policy) => policy.apps);
  apps.set(view, found);
  return found;
}

function policiesOf({ pools }: OperatorView): readonly PolicyView[] {
  return pools.flatMap(({ policies }) => policies);
}

function labelsOf({ policy, id }: AppView): Readonly<Record<string, string>> {
  return { policy, app: id };
}

function readiness({ conditions }: PolicyView): string {
  return conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
}

function existing({ exists }: AppView, value: number): number | undefined {
  return exists ? value : undefined;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
