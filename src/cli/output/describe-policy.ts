// cli: everything about one policy on one screen: its spec, its state, its interventions, its last events.

import { objectiveText } from '../../api/words/objective.ts';
import { scheduleText } from '../../api/words/schedule.ts';
import { type EventObject, type Explanation, originOf, type PolicyObject } from '../client/policy-object.ts';
import { eventTable } from './event-lines.ts';
import { ageText, appTable, conditionTable, isUnread, timeText } from './policy-table.ts';
import { age, table } from './table.ts';

/** Of decisions and of events. */
const NEWEST = 10;

export interface PolicyFacts {
  readonly policy: PolicyObject;
  /** Absent where it does not run. */
  readonly explanation: Explanation | undefined;
  /** About it and its apps. */
  readonly events: readonly EventObject[];
}

export function describePolicy({ policy, explanation, events }: PolicyFacts, nowMs: number): string {
  const { status } = policy;
  const last = events.toSorted((a, b) => (a.lastTimestamp < b.lastTimestamp ? 1 : -1)).slice(0, NEWEST);
  return [
    headText(policy, nowMs),
    section('Schedules', scheduleLines(policy).join('\n')),
    section('Objectives', objectiveLines(policy).join('\n')),
    section('Interventions', heldLines(policy).join('\n')),
    section('Apps', appTable(policy)),
    section(
      'Why',
      (explanation?.apps ?? [])
        .map(({ name, summary }) => `${name}: ${summary || 'not decided yet'}`)
        .join('\n'),
    ),
    section('Conditions', conditionTable(status?.conditions ?? [], nowMs)),
    section('Decisions, newest first', decisionLines(explanation, nowMs)),
    section('Events', last.length === 0 ? '' : eventTable(last, nowMs)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function headText(policy: PolicyObject, nowMs: number): string {
  const { metadata, spec, status } = policy;
  const isRead = !isUnread(policy);
  const { source, revision } = originOf(metadata);
  const capacity = status?.capacity;
  const rows: readonly (readonly [string, string])[] = [
    ['Name', `${metadata.namespace}/${metadata.name}`],
    [
      'Labels',
      Object.entries(metadata.labels ?? {})
        .map(([k, v]) => `${k}=${v}`)
        .join(', '),
    ],
    ['Source', source],
    ['Revision', revision],
    ['Generation', isRead ? generationText(metadata.generation, status?.observedGeneration) : ''],
    ['Age', ageText(metadata.creationTimestamp, nowMs)],
    ['Mode', isRead ? spec.mode : ''],
    [
      spec.pool === undefined ? 'Capacity' : `Pool ${spec.pool}`,
      capacity === undefined ? 'unknown' : `${capacity.used} of ${capacity.total} used`,
    ],
    ['Operator', status?.operator ?? ''],
    ['Interval', isRead ? spec.interval : ''],
    ['On delete', isRead ? spec.onDelete : ''],
    [
      'Deleting',
      metadata.deletionTimestamp === undefined ? '' : `since ${timeText(metadata.deletionTimestamp)}`,
    ],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  const width = Math.max(...shown.map(([name]) => name.length)) + 3;
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`).join('\n');
}

function generationText(generation: number | undefined, observed: number | undefined): string {
  if (generation === undefined) return '';
  return observed === generation
    ? String(generation)
    : `${generation} (the operator has looked at ${observed ?? 'none'})`;
}

function scheduleLines({ status }: PolicyObject): readonly string[] {
  return (status?.apps ?? []).flatMap(({ name, schedule }) =>
    schedule === undefined ? [] : [`${name}: ${scheduleText(schedule, timeText)}`],
  );
}

function objectiveLines({ status }: PolicyObject): readonly string[] {
  return (status?.apps ?? []).flatMap(({ name, metrics = [] }) =>
    metrics.flatMap(({ objective, targetName }) => {
      if (objective === undefined) return [];
      const whose = targetName === undefined ? name : `${name}, ${targetName}`;
      return [`${whose}: ${objectiveText(objective)}`];
    }),
  );
}

function heldLines({ status }: PolicyObject): readonly string[] {
  const { paused } = status ?? {};
  const until = paused?.until === undefined ? 'until somebody resumes it' : `until ${timeText(paused.until)}`;
  const overrides = (status?.apps ?? []).flatMap(({ name, override }) => {
    if (override === undefined) return [];
    return [
      `${name} at ${override.instances}${bySomebody(override)} until ${timeText(override.until)}${because(override)}`,
    ];
  });
  return [
    ...(paused === undefined ? [] : [`paused${bySomebody(paused)} ${until}${because(paused)}`]),
    ...overrides,
  ];
}

function because({ reason }: { readonly reason?: string }): string {
  return reason === undefined || reason === '' ? '' : ` (${reason})`;
}

function decisionLines(explanation: Explanation | undefined, nowMs: number): string {
  const decisions = (explanation?.decisions ?? []).slice(0, NEWEST);
  if (decisions.length === 0) return '';
  return table(
    ['AGE', 'APP', 'CHANGE', 'WHY'],
    decisions.map(({ atMs, app, from, to, summary }) => [age(atMs, nowMs), app, `${from} -> ${to}`, summary]),
  );
}

function section(title: string, body: string): string {
  if (body === '') return '';
  return [`${title}:`, ...body.split('\n').map((line) => `  ${line}`.trimEnd())].join('\n');
}

function bySomebody({ by }: { readonly by?: string }): string {
  return by === undefined ? '' : ` by ${by}`;
}
