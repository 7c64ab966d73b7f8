// cli: policies and pools as rows, and one policy's apps and conditions as tables.

import type { Condition } from '../../api/conditions.ts';
import type { InstancesSpec } from '../../api/policy.ts';
import { scheduleText } from '../../api/words/schedule.ts';
import {
  conditionOf,
  type InterventionItem,
  originOf,
  type PolicyObject,
  type PoolObject,
} from '../client/policy-object.ts';
import { age, type Cell, table } from './table.ts';
import { targetsText } from './targets.ts';

/** Columns of a kind: what each says of an object. */
export interface Columns<T> {
  readonly heads: readonly string[];
  /** Without the age, which changes by itself. */
  readonly cells: (object: T) => readonly Cell[];
}

export const POLICY_COLUMNS: Columns<PolicyObject> = {
  heads: ['NAMESPACE', 'NAME', 'READY', 'MODE', 'TARGETS', 'APPS', 'USED', 'LIMITED', 'HELD BY HAND'],
  cells: (policy) => [
    policy.metadata.namespace,
    policy.metadata.name,
    readyText(policy.status?.conditions),
    modeText(policy),
    allTargets(policy),
    isUnread(policy) ? '-' : policy.spec.apps.length,
    usedText(policy.status?.capacity),
    conditionOf(policy, 'ScalingLimited')?.status ?? 'Unknown',
    heldText(policy),
  ],
};

export const WIDE_POLICY_COLUMNS: Columns<PolicyObject> = {
  heads: [...POLICY_COLUMNS.heads, 'POOL', 'OPERATOR', 'SOURCE', 'REVISION'],
  cells: (policy) => {
    const { source, revision } = originOf(policy.metadata);
    const { pool = '' } = policy.spec;
    const operator = policy.status?.operator ?? '';
    return [...POLICY_COLUMNS.cells(policy), pool, operator, source, shortRevision(revision)];
  },
};

export const POOL_COLUMNS: Columns<PoolObject> = {
  heads: ['NAMESPACE', 'NAME', 'READY', 'POLICIES', 'USED'],
  cells: (pool) => [
    pool.metadata.namespace,
    pool.metadata.name,
    readyText(pool.status?.conditions),
    pool.status?.policyCount ?? 0,
    usedText(pool.status?.capacity),
  ],
};

export const WIDE_POOL_COLUMNS: Columns<PoolObject> = {
  heads: [...POOL_COLUMNS.heads, 'OPERATOR', 'SOURCE', 'REVISION'],
  cells: (pool) => {
    const { source, revision } = originOf(pool.metadata);
    const operator = pool.status?.operator ?? '';
    return [...POOL_COLUMNS.cells(pool), operator, source, shortRevision(revision)];
  },
};

export const INTERVENTION_COLUMNS: Columns<InterventionItem> = {
  heads: ['NAMESPACE', 'NAME', 'POLICY', 'TYPE', 'APP', 'INSTANCES', 'IN FORCE', 'UNTIL', 'BY', 'WHY'],
  cells: ({ metadata: { namespace, name }, spec, status }) => [
    ...[namespace, name, spec.policyRef.name, spec.type, spec.app ?? '', spec.instances ?? ''],
    status?.conditions?.find(({ type }) => type === 'InForce')?.status ?? 'Unknown',
    status?.until === undefined ? '' : timeText(status.until),
    spec.requestedBy ?? '',
    spec.reason ?? '',
  ],
};

export const WIDE_INTERVENTION_COLUMNS: Columns<InterventionItem> = {
  heads: [...INTERVENTION_COLUMNS.heads, 'STATUS'],
  cells: (item) => [...INTERVENTION_COLUMNS.cells(item), item.status?.conditions?.[0]?.message ?? ''],
};

/** With an age at the end, as of `nowMs`. */
export function listText<T extends PolicyObject | PoolObject | InterventionItem>(
  items: readonly T[],
  columns: Columns<T>,
  nowMs: number,
): string {
  return table(
    [...columns.heads, 'AGE'],
    items.map((item) => rowOf(item, columns, nowMs)),
  );
}

export function rowOf<T extends PolicyObject | PoolObject | InterventionItem>(
  item: T,
  { cells }: Columns<T>,
  nowMs: number,
): readonly Cell[] {
  return [...cells(item), ageText(item.metadata.creationTimestamp, nowMs)];
}

export function ageText(since: string | undefined, nowMs: number): string {
  return since === undefined ? '' : age(Date.parse(since), nowMs);
}

export function appTable({ spec, status }: PolicyObject): string {
  const spans = (status?.apps ?? []).some(({ scheduler }) => scheduler !== undefined);
  const isScheduled = (status?.apps ?? []).some(({ schedule }) => schedule !== undefined);
  const bounds = new Map(spec.apps.map(({ name, instances }) => [name, instances]));
  return table(
    [
      'APP',
      'TARGETS',
      'MIN',
      'MAX',
      'WANTED',
      'GRANTED',
      'REQUESTED',
      'RUNNING',
      'LIMITED BY',
      'HELD BY HAND',
      ...(isScheduled ? ['SCHEDULE'] : []),
      'ID',
      ...(spans ? ['SCHEDULER'] : []),
    ],
    (status?.apps ?? []).map((app) => [
      app.name,
      targetsText(app),
      ...boundCells(bounds.get(app.name)),
      app.wanted ?? '-',
      app.granted ?? '-',
      app.requested ?? '-',
      app.running ?? '-',
      app.limitedBy ?? '',
      app.override === undefined ? '' : `at ${app.override.instances} until ${timeText(app.override.until)}`,
      ...(isScheduled ? [app.schedule === undefined ? '' : scheduleText(app.schedule, timeText)] : []),
      app.id,
      ...(spans ? [app.scheduler ?? ''] : []),
    ]),
  );
}

/** A fixed app is left to people: it has no bounds. */
function boundCells(instances: InstancesSpec | undefined): readonly Cell[] {
  const { min, max, fixed } = instances ?? {};
  return fixed === undefined ? [min ?? 0, max ?? '-'] : ['-', '-'];
}

function allTargets({ status }: PolicyObject): string {
  return (status?.apps ?? []).map(targetsText).filter(Boolean).join(', ');
}

export function conditionTable(conditions: readonly Condition[], nowMs: number): string {
  return table(
    ['CONDITION', 'STATUS', 'SINCE', 'REASON', 'MESSAGE'],
    conditions.map((c) => [c.type, c.status, ageText(c.lastTransitionTime, nowMs), c.reason, c.message]),
  );
}

/** `2026-11-21 21:05:00Z`: short, and the same wherever it is read. */
export function timeText(rfc3339: string): string {
  const ms = Date.parse(rfc3339);
  return Number.isNaN(ms) ? rfc3339 : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** What somebody asked for is neither a success nor a fault. */
const STATES: ReadonlySet<string> = new Set(['Paused', 'Observing']);

function readyText(conditions: readonly Condition[] | undefined): string {
  const ready = conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'Unknown';
  if (ready.status === 'True') return 'True';
  return STATES.has(ready.reason) ? ready.reason : `${ready.status} (${ready.reason})`;
}

/** Of a policy in a file that was refused nothing but its name is known. */
export function isUnread({ spec, status }: PolicyObject): boolean {
  return spec.apps.length === 0 && status?.apps === undefined;
}

function modeText(policy: PolicyObject): string {
  const { spec, status } = policy;
  if (isUnread(policy)) return '-';
  return status?.paused === undefined ? spec.mode : 'Paused by hand';
}

function usedText(capacity: { readonly used: number; readonly total: number } | undefined): string {
  return capacity === undefined ? 'unknown' : `${capacity.used}/${capacity.total}`;
}

/** Enough of a hash to tell it from others: `sha256:265cc1e4daae`, `main@sha1:0f3b2c1d9a8e`. */
function shortRevision(revision: string): string {
  return revision.replace(/[0-9a-f]{40,64}$/, (hash) => hash.slice(0, 12));
}

function heldText({ status }: PolicyObject): string {
  return (status?.apps ?? [])
    .flatMap(({ name, override }) => (override === undefined ? [] : [`${name}=${override.instances}`]))
    .join(',');
}
