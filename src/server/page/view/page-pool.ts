// server: one pool as the page draws it, whole or as one of its policies sees it.

import type { Condition } from '../../../api/conditions.ts';
import type { ObjectiveStatus } from '../../../api/status.ts';
import { alternativesText } from '../../../api/words/alternatives.ts';
import { estimatesText } from '../../../api/words/estimates.ts';
import { objectiveText } from '../../../api/words/objective.ts';
import type {
  AppView,
  MetricView,
  PauseView,
  PolicyView,
  PoolView,
} from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import type { Health, Level } from '../health/policy-health.ts';
import type { Healths } from '../health/tracker.ts';
import { tileLabels } from '../overview/labels.ts';
import { type Colour, colours } from './palette.ts';
import { capacityKey, counterKey, marginKey, runningKey, targetKey, valueKey } from './series.ts';
import { groupedTiles, type Tile } from './tiles.ts';
import { appTitle, policyTitle } from './titles.ts';

export interface PageCounter {
  readonly name: string;
  readonly total: number;
  /** Absent until it is known. */
  readonly perS?: number;
}

export interface PageMetric extends MetricView {
  readonly valueSeries: string;
  /** How far off the values are, where they are estimated. */
  readonly marginSeries: string;
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
    | 'drift'
    | 'summary'
    | 'steps'
  > {
  /** `orders/worker`. */
  readonly title: string;
  /** Address of its page in the user interface of its cluster. */
  readonly link?: string;
  /** What was learned of its queue and its launches, each figure with how far off it may be. */
  readonly estimates?: string;
  /** What one instance fewer and one more would have meant, where that is known. */
  readonly alternatives?: string;
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
  readonly health: Health;
  readonly notes: readonly PageNote[];
}

/** Whose a tile is: an app of the pool, also of a policy that is not shown. */
export interface TileOwner {
  readonly title: string;
  readonly name: string;
  readonly label: string;
  readonly colour: Colour;
  readonly scheduler?: string;
}

export interface PagePool {
  readonly name: string;
  readonly capacity: PoolView['capacity'];
  readonly capacitySeries: string;
  readonly lastRoundAtMs?: number;
  /** See PoolView. */
  readonly overdueSinceMs?: number;
  readonly intervalMs: number;
  readonly policies: readonly PagePolicy[];
  /** The other members, where only some are shown. */
  readonly others: readonly { readonly key: string; readonly title: string; readonly level: Level }[];
  /** How many members are neither in `policies` nor in `others`. */
  readonly more: number;
  /** By priority, highest first; apps left to people last. */
  readonly apps: readonly PageApp[];
  readonly tiles: readonly Tile[];
  /** By id of the app. */
  readonly owners: Readonly<Record<string, TileOwner>>;
}

export interface PoolExtras {
  readonly healths: Healths;
  readonly tiles: readonly Tile[];
  /** Growth per second of a counter's series. */
  readonly ratePerS: (series: string) => number | undefined;
  /** `namespace/name` of the one policy that is looked at. */
  readonly policy?: string;
}

/** So many members are named beside the one that is shown, and drawn where all are. */
const MAX_MEMBERS = 50;
const DRAWN_MEMBERS = 8;

export function pagePool(pool: PoolView, extras: PoolExtras): PagePool {
  const { name, capacity, lastRoundAtMs, overdueSinceMs, intervalMs } = pool;
  const all = pool.policies.flatMap((policy) => policy.apps).toSorted(byPriority);
  const palette = colours(all);
  const colourOf = (id: string): Colour => palette.get(id) ?? { hue: 0, shade: 0 };
  const shown =
    extras.policy === undefined
      ? pool.policies.slice(0, DRAWN_MEMBERS)
      : pool.policies.filter((policy) => keyOf(policy) === extras.policy);
  const keys = new Set(shown.map(keyOf));
  const others = pool.policies.filter((policy) => !keys.has(keyOf(policy)));
  const labels = tileLabels(
    all.filter(({ role }) => role !== 'fixed'),
    palette,
  );
  const tiles = groupedTiles(extras.tiles);
  const owning = new Set(tiles.map(({ app }) => app));
  return {
    name,
    capacity,
    capacitySeries: capacityKey(name),
    ...defined({ lastRoundAtMs, overdueSinceMs }),
    intervalMs,
    policies: shown.map((policy) => pagePolicy(policy, healthIn(extras.healths, policy))),
    others: others.slice(0, MAX_MEMBERS).map((policy) => ({
      key: keyOf(policy),
      title: policyTitle(policy),
      level: healthIn(extras.healths, policy).level,
    })),
    more: Math.max(0, others.length - MAX_MEMBERS),
    apps: all
      .filter((app) => keys.has(app.policy))
      .map((app) => pageApp(app, pool, { colour: colourOf(app.id), ratePerS: extras.ratePerS })),
    tiles,
    owners: Object.fromEntries(
      all
        .filter(({ id }) => owning.has(id))
        .map((app) => [app.id, tileOwner(app, labels.get(app.id) ?? '', colourOf(app.id))]),
    ),
  };
}

function keyOf({ namespace, name }: PolicyView): string {
  return `${namespace}/${name}`;
}

const NOT_SEEN: Health = { level: 'unknown', kind: 'Pending', what: 'Not looked at yet' };

function healthIn(healths: Healths, policy: PolicyView): Health {
  return healths.get(keyOf(policy)) ?? NOT_SEEN;
}

function tileOwner(app: AppView, label: string, colour: Colour): TileOwner {
  return { title: appTitle(app), name: app.name, label, colour, ...defined({ scheduler: app.scheduler }) };
}

function byPriority(a: AppView, b: AppView): number {
  const rank = (app: AppView): number =>
    app.role === 'fixed' ? Infinity : (app.priority ?? Number.MAX_VALUE);
  if (rank(a) !== rank(b)) return rank(a) < rank(b) ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Why a metric was not read is said once, as the cause of how the policy is doing. */
function withoutCauses({ summary, metrics }: AppView): string {
  return metrics.reduce(
    (text, { state, reason }) =>
      state === 'ok' || reason === undefined ? text : text.replace(`: ${reason}`, ''),
    summary,
  );
}

/** Only where it is certain which cluster it is, and that a browser can go there. */
function linkOf({ page, scheduler }: AppView, { cluster, clusters }: PoolView): string | undefined {
  const all = clusters ?? (cluster === undefined ? [] : [cluster]);
  const [its, another] = all.filter((each) => scheduler === undefined || each.scheduler === scheduler);
  if (page === undefined || its === undefined || another !== undefined) return undefined;
  return /^https?:/.test(its.url) ? `${its.url.replace(/\/$/, '')}${page}` : undefined;
}

function pageApp(
  app: AppView,
  pool: PoolView,
  { colour, ratePerS }: Pick<PoolExtras, 'ratePerS'> & { readonly colour: Colour },
): PageApp {
  const {
    ready: _ready,
    tasks: _tasks,
    figures,
    alternativesOf,
    lastScaled: _last,
    page: _page,
    ...shown
  } = app;
  return {
    ...shown,
    title: appTitle(app),
    summary: withoutCauses(app),
    ...defined({
      link: linkOf(app, pool),
      alternatives: alternativesText(figures, alternativesOf, app),
      estimates: estimatesText(figures),
    }),
    colour,
    runningSeries: runningKey(app.id),
    metrics: app.metrics.map((metric, i) => ({
      ...metric,
      valueSeries: valueKey(app.id, i),
      marginSeries: marginKey(app.id, i),
      targetSeries: targetKey(app.id, i),
      ...(metric.objective && { budget: budgetOf(metric.objective) }),
    })),
    counters: Object.entries(app.counters).map(([name, total]) => {
      const perS = ratePerS(counterKey(app.id, name));
      return { name, total, ...defined({ perS }) };
    }),
  };
}

function budgetOf(objective: ObjectiveStatus): PageBudget {
  const { aboveSeconds, budgetSeconds } = objective;
  return { spent: Math.round((100 * aboveSeconds) / budgetSeconds), text: objectiveText(objective) };
}

function pagePolicy(policy: PolicyView, health: Health): PagePolicy {
  const { mode, paused, conditions } = policy;
  const ready = conditions.find((c) => c.type === 'Ready');
  return {
    title: policyTitle(policy),
    key: keyOf(policy),
    mode,
    ...(paused && { paused }),
    ready: {
      status: ready?.status ?? 'Unknown',
      reason: ready?.reason ?? 'Pending',
      message: ready?.message ?? 'not looked at yet',
    },
    health,
    notes: conditions.flatMap(note).filter(({ message }) => message !== health.why),
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
