// server: what the page is sent: what somebody selected of the operator's view, with colours, tiles, rates and series
// names, and nothing it does not draw.

import { runbookOf } from '../../../api/words/runbooks.ts';
import type {
  ClusterView,
  DecisionRecord,
  EventRecord,
  OperatorView,
  PoolView,
} from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import type { Healths } from '../health/tracker.ts';
import { type PageTrouble, troublesOf } from '../health/troubles.ts';
import type { PageSample } from '../history.ts';
import { type Counted, countedOf, type PageList, pageList, refusedPolicies } from '../overview/rows.ts';
import { EVERYTHING, type Selection } from '../overview/selection.ts';
import { type PageIntervention, pageInterventions } from './interventions.ts';
import { type PagePool, pagePool } from './page-pool.ts';
import { type Colour, colours } from './palette.ts';
import type { Tile } from './tiles.ts';
import { appTitle } from './titles.ts';

export interface PageDecision extends Omit<DecisionRecord, 'steps'> {
  /** The app's title and colour while it is there; else its id stands for it. */
  readonly title: string;
  readonly colour?: Colour;
}

export interface PageView extends Pick<OperatorView, 'atMs' | 'version' | 'ready'> {
  readonly counted: Counted;
  readonly clusters: readonly Pick<ClusterView, 'scheduler' | 'url' | 'reachable'>[];
  /** Each cause once. */
  readonly troubles: readonly PageTrouble[];
  /** What was selected and is not there. */
  readonly missing?: string;
  /** The pool that is looked at; all of them where there is only one. */
  readonly pools: readonly PagePool[];
  /** Where no one pool is looked at, or where it has more members than are drawn. */
  readonly list?: PageList;
  /** Newest first, of what is looked at. */
  readonly decisions: readonly PageDecision[];
  readonly events: readonly PageEvent[];
  /** Of what is looked at, those in force first. */
  readonly interventions: readonly PageIntervention[];
  readonly sample: PageSample;
}

export interface PageEvent extends EventRecord {
  /** Path of the page that says what to do. */
  readonly runbook?: string;
}

export interface PageExtras {
  readonly selection?: Selection;
  readonly healths: Healths;
  /** Tiles by name of pool, of those that are looked at. */
  readonly tiles: ReadonlyMap<string, readonly Tile[]>;
  readonly sample: PageSample;
  /** Growth per second of a counter's series. */
  readonly ratePerS: (series: string) => number | undefined;
}

const LISTED = 60;

export function pageView(view: OperatorView, extras: PageExtras): PageView {
  const { healths, tiles, ratePerS, selection = EVERYTHING } = extras;
  const { atMs, version, ready } = view;
  const looked = selectedPools(view, selection);
  const { policy } = selection;
  const pools = looked.map((pool) =>
    pagePool(pool, { healths, tiles: tiles.get(pool.name) ?? [], ratePerS, ...defined({ policy }) }),
  );
  const asked = policy ?? selection.pool;
  const refused = refusedPolicies(view);
  const needsList =
    looked.length === 0 ||
    (policy === undefined && pools.some(({ others }) => others.length > 0)) ||
    (asked === undefined && refused.length > 0);
  return {
    atMs,
    version,
    ready,
    counted: countedOf(healths, refused),
    clusters: (view.clusters.length === 0 ? [view.cluster] : view.clusters).map(
      ({ scheduler, url, reachable }) => ({ scheduler, url, reachable }),
    ),
    troubles: troublesOf(view, healths, needsList && asked === undefined ? refused : []),
    ...(asked !== undefined && looked.length === 0 && { missing: asked }),
    pools,
    ...(needsList && { list: pageList(view, healths, selection) }),
    decisions: decisionsOf(view, pools, asked !== undefined),
    events: (asked === undefined ? view.events : eventsOf(view, pools)).slice(0, LISTED).map(withRunbook),
    interventions: pageInterventions(view, asked === undefined ? undefined : keysOf(pools)),
    sample: extras.sample,
  };
}

function keysOf(pools: readonly PagePool[]): ReadonlySet<string> {
  return new Set(pools.flatMap(({ policies }) => policies.map(({ key }) => key)));
}

/** The pools that are drawn: that of the policy or the name that was asked for; without either the only one there is. */
export function selectedPools(
  { pools }: Pick<OperatorView, 'pools'>,
  selection: Selection,
): readonly PoolView[] {
  const { policy, pool } = selection;
  if (policy !== undefined) {
    return pools
      .filter(({ policies }) => policies.some((p) => `${p.namespace}/${p.name}` === policy))
      .slice(0, 1);
  }
  if (pool !== undefined) return pools.filter(({ name }) => name === pool);
  return pools.length === 1 ? pools : [];
}

function decisionsOf(
  view: OperatorView,
  pools: readonly PagePool[],
  onlyTheirs: boolean,
): readonly PageDecision[] {
  const apps = view.pools.flatMap((pool) => pool.policies).flatMap((policy) => policy.apps);
  const byId = new Map(apps.map((app) => [app.id, app] as const));
  const shown = new Set(pools.flatMap((pool) => pool.apps.map(({ id }) => id)));
  const palette = new Map(pools.flatMap((pool) => pool.apps.map((app) => [app.id, app.colour] as const)));
  const every = pools.length === 0 ? colours(apps) : palette;
  return view.decisions
    .filter(({ app }) => !onlyTheirs || shown.has(app))
    .slice(0, LISTED)
    .map(({ steps: _steps, ...decision }) => {
      const app = byId.get(decision.app);
      const colour = app && every.get(app.id);
      return { ...decision, title: app ? appTitle(app) : decision.app, ...(colour && { colour }) };
    });
}

function withRunbook(event: EventRecord): PageEvent {
  return { ...event, ...defined({ runbook: runbookOf(event.reason) }) };
}

/** Events of the operator itself are everybody's. */
function eventsOf({ events }: OperatorView, pools: readonly PagePool[]): readonly EventRecord[] {
  const objects = new Set(
    pools.flatMap(({ name, policies, apps }) => [
      `pool ${name}`,
      ...policies.map(({ key }) => `policy ${key}`),
      ...apps.map(({ id }) => `app ${id}`),
    ]),
  );
  return events.filter(({ object }) => object === 'operator' || objects.has(object));
}
