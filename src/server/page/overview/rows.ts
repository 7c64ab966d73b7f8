// server: the list of policies, trouble first: one row a policy, filtered, and cut into pages.

import { resourceKey } from '../../../api/policy.ts';
import { troubleWords } from '../../../api/words/trouble-words.ts';
import type { MetricView, OperatorView, PolicyView, PoolView } from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import { isOverTarget } from '../health/over-target.ts';
import { type Health, LEVELS, type Level } from '../health/policy-health.ts';
import type { Healths } from '../health/tracker.ts';
import { keyTitle, policyTitle } from '../view/titles.ts';
import type { Selection } from './selection.ts';

/** Rows that a page of the list has. */
export const PAGE_ROWS = 50;
const MAX_POOLS = 50;
const MAX_WHY = 300;

export interface PageRow {
  readonly key: string;
  readonly title: string;
  readonly pool: string;
  /** Without `why` where that is a cluster, which is said once for all. */
  readonly health: Pick<Health, 'level' | 'kind' | 'what' | 'limit' | 'sinceMs' | 'why'>;
  /** The worst metric; absent where the policy has none. */
  readonly metric?: Pick<
    MetricView,
    'state' | 'value' | 'valueMargin' | 'infinite' | 'target' | 'unit' | 'label'
  >;
  readonly apps: number;
  readonly running: number;
  /** Absent: it never ran. */
  readonly held?: PoolView['capacity'];
}

/** A pool that several policies share. */
export interface PoolRow {
  readonly name: string;
  readonly held: PoolView['capacity'];
  readonly policies: number;
  readonly failing: number;
}

export interface PageList {
  readonly rows: readonly PageRow[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly matching: number;
  /** How many policies have a cause, worst first, of all. */
  readonly causes: readonly { readonly level: Level; readonly kind: string; readonly count: number }[];
  readonly pools: readonly PoolRow[];
}

export interface Counted {
  readonly policies: number;
  readonly failing: number;
  readonly limited: number;
}

export function countedOf(healths: Healths, refused: readonly PageRow[] = []): Counted {
  const levels = [...healths.values(), ...refused.map(({ health }) => health)].map(({ level }) => level);
  const count = (wanted: Level): number => levels.filter((level) => level === wanted).length;
  return { policies: levels.length, failing: count('failing'), limited: count('limited') };
}

export function pageList(view: OperatorView, healths: Healths, selection: Selection): PageList {
  const pools = view.pools.filter(({ name }) => selection.pool === undefined || name === selection.pool);
  const run = pools.flatMap((pool) =>
    pool.policies.map((policy) => entryOf({ pool, policy, health: healthOf(policy, healths) })),
  );
  const all = [...run, ...(selection.pool === undefined ? refusedPolicies(view).map(refusedEntry) : [])];
  const words = selection.search.split(/\s+/).filter((word) => word !== '');
  const matching = all
    .filter(({ health }) => selection.show === '' || [health.level, health.kind].includes(selection.show))
    .filter(({ text }) => words.every((word) => text().includes(word)))
    .toSorted(byTrouble);
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_ROWS));
  const page = Math.min(selection.page, pages);
  return {
    rows: matching.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS).map(({ row }) => row()),
    page,
    pages,
    matching: matching.length,
    causes: causesOf(all.map(({ health }) => health)),
    pools: pools
      .filter(({ name, policies }) => policies.length > 1 && words.every((word) => name.includes(word)))
      .slice(0, MAX_POOLS)
      .map((pool) => poolRow(pool, healths)),
  };
}

interface Entry {
  readonly key: string;
  readonly health: Pick<Health, 'level' | 'kind' | 'sinceMs'>;
  /** What a search finds. */
  readonly text: () => string;
  readonly row: () => PageRow;
}

interface Run {
  readonly pool: PoolView;
  readonly policy: PolicyView;
  readonly health: Health;
}

function entryOf(run: Run): Entry {
  const { policy, health } = run;
  const key = `${policy.namespace}/${policy.name}`;
  return { key, health, text: () => textOf(run), row: () => rowOf(run) };
}

function refusedEntry(row: PageRow): Entry {
  const { key, health } = row;
  const text = [key, health.level, health.kind, health.what, health.why].join('\n').toLowerCase();
  return { key, health, text: () => text, row: () => row };
}

/** Policies that never ran, and why: nothing else on the page speaks for them. */
export function refusedPolicies({
  refused,
  pools,
}: Pick<OperatorView, 'refused' | 'pools'>): readonly PageRow[] {
  if (refused.length === 0) return [];
  const shown = new Set<string>(
    pools.flatMap(({ policies }) => policies.map((policy) => resourceKey(policy))),
  );
  return refused.flatMap(({ kind, key, conditions }): readonly PageRow[] => {
    const accepted = conditions.find(({ type }) => type === 'Accepted');
    if (kind !== 'MicroscalingPolicy' || accepted === undefined || shown.has(key)) return [];
    shown.add(key);
    const { reason, message, lastTransitionTime } = accepted;
    const sinceMs = Date.parse(lastTransitionTime);
    const what = reason === 'InvalidSpec' ? 'Not valid, not running' : troubleWords(reason).what;
    const health = {
      level: 'failing',
      kind: reason,
      what,
      sinceMs,
      ...defined({ why: shortened(message) }),
    } as const;
    return [{ key, title: keyTitle(key), pool: '', health, apps: 0, running: 0 }];
  });
}

const UNKNOWN: Health = { level: 'unknown', kind: 'Pending', what: 'Not looked at yet' };

function healthOf({ namespace, name }: PolicyView, healths: Healths): Health {
  return healths.get(`${namespace}/${name}`) ?? UNKNOWN;
}

function textOf({ pool, policy, health }: Run): string {
  const { namespace, name, apps } = policy;
  const parts = [
    `${namespace}/${name}`,
    pool.name,
    health.level,
    health.kind,
    health.what,
    health.limit ?? '',
    health.why ?? '',
  ];
  return [...parts, ...apps.map((app) => `${name}/${app.name} ${app.id}`)].join('\n').toLowerCase();
}

/** Worse before better; of one level what lasts longest, then by name. */
function byTrouble(a: Entry, b: Entry): number {
  const rank = LEVELS.indexOf(a.health.level) - LEVELS.indexOf(b.health.level);
  if (rank !== 0) return rank;
  const isCalm = a.health.level === 'ok';
  const since = isCalm ? 0 : (a.health.sinceMs ?? Infinity) - (b.health.sinceMs ?? Infinity);
  if (since !== 0 && !Number.isNaN(since)) return since;
  return a.key < b.key ? -1 : 1;
}

function rowOf({ pool, policy, health }: Run): PageRow {
  const metrics = policy.apps.flatMap((app) => app.metrics);
  const metric =
    metrics.find(({ state }) => state === 'unavailable') ?? metrics.find(isOverTarget) ?? metrics[0];
  const { level, kind, what, limit, sinceMs, cluster } = health;
  const why = cluster === undefined ? shortened(withNames(health.why, policy)) : undefined;
  return {
    key: `${policy.namespace}/${policy.name}`,
    title: policyTitle(policy),
    pool: pool.name,
    health: { level, kind, what, ...defined({ limit, sinceMs, why }) },
    ...(metric && { metric: metricOf(metric) }),
    apps: policy.apps.length,
    running: policy.apps.reduce((sum, { running }) => sum + running, 0),
    held: pool.capacity,
  };
}

/** In the row of their policy the names of apps say enough. */
function withNames(text: string | undefined, { apps }: PolicyView): string | undefined {
  const names = new Map(apps.map(({ id, name }) => [id, name]));
  return text?.replace(/(?<!\S)\S+(?=: )/g, (word) => names.get(word) ?? word);
}

/** What a row has room for on a wide screen. */
function shortened(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MAX_WHY ? text : `${text.slice(0, MAX_WHY - 1)}…`;
}

function metricOf({
  state,
  value,
  valueMargin,
  infinite,
  target,
  perInstance,
  unit,
  label,
}: MetricView): NonNullable<PageRow['metric']> {
  const shown =
    perInstance === undefined
      ? { value, valueMargin, target }
      : {
          value: perInstance.current,
          valueMargin: perInstance.currentMargin,
          target: perInstance.target,
        };
  return { state, unit, label, ...defined({ ...shown, infinite }) };
}

function causesOf(healths: readonly Pick<Health, 'level' | 'kind'>[]): PageList['causes'] {
  const groups = [...Map.groupBy(healths, ({ level, kind }) => `${level} ${kind}`).values()];
  return groups
    .flatMap((group) =>
      group[0] === undefined ? [] : [{ level: group[0].level, kind: group[0].kind, count: group.length }],
    )
    .toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.count - a.count);
}

function poolRow(pool: PoolView, healths: Healths): PoolRow {
  const failing = pool.policies.filter((policy) => healthOf(policy, healths).level === 'failing');
  return {
    name: pool.name,
    held: pool.capacity,
    policies: pool.policies.length,
    failing: failing.length,
  };
}
