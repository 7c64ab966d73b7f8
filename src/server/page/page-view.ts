// server: what the page is sent: the operator's view with colours, tiles, rates and series names, and nothing it does not draw.

import type { Condition } from '../../api/conditions.ts';
import type { ObjectiveStatus } from '../../api/status.ts';
import { objectiveText } from '../../api/words/objective.ts';
import type {
  AppView,
  DecisionRecord,
  EventRecord,
  MetricView,
  OperatorView,
  PauseView,
  PolicyView,
  PoolView,
} from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import type { PageSample } from './history.ts';
import { type Colour, colours } from './palette.ts';
import { capacityKey, counterKey, runningKey, targetKey, valueKey } from './series.ts';
import type { Tile } from './tiles.ts';

export interface PageCounter {
  readonly name: string;
  readonly total: number;
  /** Absent until it is known. */
  readonly perS?: number;
}

export interface PageMetric extends MetricView {
  readonly valueSeries: string;
  readonly targetSeries: string;
  /** Absent where the target has no objective. */
  readonly budget?: PageBudget;
}

/** What an objective lets be missed. */
export interface PageBudget {
  /** In percent; above 100 it is overspent. */
  readonly spent: number;
  readonly text: string;
}

export interface PageApp
  extends Pick<
    AppView,
    | 'name'
    | 'id'
    | 'scheduler'
    | 'role'
    | 'priority'
    | 'min'
    | 'max'
    | 'exists'
    | 'wanted'
    | 'granted'
    | 'requested'
    | 'running'
    | 'staging'
    | 'killing'
    | 'waiting'
    | 'limitedBy'
    | 'pageControl'
    | 'policy'
    | 'schedule'
    | 'override'
    | 'summary'
    | 'steps'
  > {
  readonly colour: Colour;
  readonly runningSeries: string;
  readonly metrics: readonly PageMetric[];
  readonly counters: readonly PageCounter[];
}

/** A condition that people should know of; `problem` is what keeps a policy from working. */
export interface PageNote {
  readonly level: 'problem' | 'neutral';
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

export interface PagePolicy {
  /** `name`, or `namespace/name` outside the default namespace. */
  readonly title: string;
  readonly key: string;
  readonly mode: PolicyView['mode'];
  /** Set while a person pauses it, whatever the mode is. */
  readonly paused?: PauseView;
  readonly ready: Pick<Condition, 'status' | 'reason' | 'message'>;
  readonly notes: readonly PageNote[];
}

export interface PagePool {
  readonly name: string;
  readonly capacity: PoolView['capacity'];
  readonly capacitySeries: string;
  readonly lastRoundAtMs?: number;
  readonly intervalMs: number;
  readonly policies: readonly PagePolicy[];
  /** By priority, highest first; apps left to people last. */
  readonly apps: readonly PageApp[];
  readonly tiles: readonly Tile[];
}

export interface PageDecision extends DecisionRecord {
  /** The app's name and colour while it is there; else its id stands for it. */
  readonly title: string;
  readonly colour?: Colour;
}

export interface PageView
  extends Pick<OperatorView, 'atMs' | 'version' | 'ready' | 'cluster' | 'clusters' | 'problems'> {
  readonly pools: readonly PagePool[];
  /** Newest first. */
  readonly decisions: readonly PageDecision[];
  readonly events: readonly EventRecord[];
  readonly sample: PageSample;
}

export interface PageExtras {
  /** Tiles by name of pool. */
  readonly tiles: ReadonlyMap<string, readonly Tile[]>;
  readonly sample: PageSample;
  /** Growth per second of a counter's series. */
  readonly ratePerS: (series: string) => number | undefined;
}

const LISTED = 60;

export function pageView(view: OperatorView, extras: PageExtras): PageView {
  const apps = view.pools.flatMap((pool) => pool.policies).flatMap((policy) => policy.apps);
  const palette = colours(apps);
  const byName = new Map([
    ...apps.map((app) => [app.name, app] as const),
    ...apps.map((a) => [a.id, a] as const),
  ]);
  const { atMs, version, ready, cluster, clusters, problems } = view;
  return {
    atMs,
    version,
    ready,
    cluster,
    clusters,
    problems,
    pools: view.pools.map((pool) => pagePool(pool, palette, extras)),
    decisions: view.decisions.slice(0, LISTED).map((decision) => {
      const app = byName.get(decision.app);
      const colour = app && palette.get(app.id);
      return { ...decision, title: app?.name ?? decision.app, ...(colour && { colour }) };
    }),
    events: view.events.slice(0, LISTED),
    sample: extras.sample,
  };
}

function pagePool(pool: PoolView, palette: ReadonlyMap<string, Colour>, extras: PageExtras): PagePool {
  const { name, capacity, lastRoundAtMs, intervalMs } = pool;
  return {
    name,
    capacity,
    capacitySeries: capacityKey(name),
    ...defined({ lastRoundAtMs }),
    intervalMs,
    policies: pool.policies.map(pagePolicy),
    apps: pool.policies
      .flatMap((policy) => policy.apps)
      .toSorted(byPriority)
      .map((app) => pageApp(app, palette.get(app.id) ?? { hue: 0, shade: 0 }, extras)),
    tiles: extras.tiles.get(name) ?? [],
  };
}

function byPriority(a: AppView, b: AppView): number {
  const rank = (app: AppView): number =>
    app.role === 'fixed' ? Infinity : (app.priority ?? Number.MAX_VALUE);
  if (rank(a) !== rank(b)) return rank(a) < rank(b) ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function pageApp(app: AppView, colour: Colour, extras: PageExtras): PageApp {
  const { ready: _ready, tasks: _tasks, figures: _figures, lastScaled: _last, ...shown } = app;
  return {
    ...shown,
    colour,
    runningSeries: runningKey(app.id),
    metrics: app.metrics.map((metric, i) => ({
      ...metric,
      valueSeries: valueKey(app.id, i),
      targetSeries: targetKey(app.id, i),
      ...(metric.objective && { budget: budgetOf(metric.objective) }),
    })),
    counters: Object.entries(app.counters).map(([name, total]) => {
      const perS = extras.ratePerS(counterKey(app.id, name));
      return { name, total, ...defined({ perS }) };
    }),
  };
}

function budgetOf(objective: ObjectiveStatus): PageBudget {
  const { aboveSeconds, budgetSeconds } = objective;
  return { spent: Math.round((100 * aboveSeconds) / budgetSeconds), text: objectiveText(objective) };
}

function pagePolicy(policy: PolicyView): PagePolicy {
  const { namespace, name, mode, paused, conditions } = policy;
  const ready = conditions.find((c) => c.type === 'Ready');
  return {
    title: namespace === 'default' ? name : `${namespace}/${name}`,
    key: `${namespace}/${name}`,
    mode,
    ...(paused && { paused }),
    ready: {
      status: ready?.status ?? 'Unknown',
      reason: ready?.reason ?? 'Pending',
      message: ready?.message ?? 'not looked at yet',
    },
    notes: conditions.flatMap(note),
  };
}

/** What a condition says to somebody who looks whether all is well; nothing when it is as it should be. */
function note({ type, status, reason, message }: Condition): readonly PageNote[] {
  const say = (level: PageNote['level']): readonly PageNote[] => [{ level, type, reason, message }];
  switch (type) {
    case 'Ready':
      return [];
    case 'Accepted':
    case 'MetricsAvailable':
    case 'Applied':
      return status === 'False' ? say('problem') : [];
    case 'NotLaunching':
    case 'Conflict':
      return status === 'True' ? say('problem') : [];
    case 'ScalingLimited':
      // What comes and goes with every change of the load is said on the app's own card.
      return status === 'True' && reason !== 'LimitedByBehavior' ? say('neutral') : [];
    case 'Paused':
      return status === 'True' ? say('neutral') : [];
  }
}
