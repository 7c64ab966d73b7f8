// cli: one policy of a plan in Markdown: what changes, what restarts, what keeps it from working.

import type { AppSpec, MicroscalingPolicy, TargetSpec } from '../../../api/policy.ts';
import type { PolicyPlan } from '../../../controller/dry-run.ts';
import type { Change, FieldDiff } from '../../../core/change.ts';
import { code, fenced, htmlCode, text, visible } from './escape.ts';
import { fitting, markdownTable, plural, row } from './table.ts';

/** Of a policy, so that one does not take the room of all. */
const MOST_TABLE_BYTES = 10_000;
const MOST_DIFF_BYTES = 12_000;
const MOST_UPDATES = 40;
const MOST_FIELDS = 30;
const MOST_VALUE_LINES = 40;
const MOST_LINE = 300;

export type Update = Extract<Change, { kind: 'update' }>;

/** A collapsible section; `place` is where the policy stands. */
export function policySection(plan: PolicyPlan, place: string): string {
  const summary = `<b>${htmlCode(plan.policy)}</b>: ${headline(plan)} (${htmlCode(place)})`;
  const open = plan.changes.some(({ kind }) => kind === 'update' || kind === 'delete') ? ' open' : '';
  const words = fitting(
    [
      ...plan.troubles.map(({ app, message }) => `- ⛔ ${code(app)}: ${text(message)}`),
      ...plan.notes.map((note) => `- ℹ️ ${text(note)}`),
    ],
    MOST_TABLE_BYTES,
  );
  const body = [
    ...(words.shown.length === 0 ? [] : [words.shown.join('\n')]),
    ...leftOut(words.left, 'problem'),
    ...(plan.changes.length === 0 ? [] : changeTable(plan)),
    ...fieldDiffs(plan.changes.filter(isUpdate)),
  ];
  return [`<details${open}><summary>${summary}</summary>`, ...body, '</details>'].join('\n\n');
}

function leftOut(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`…and ${plural(count, `more ${word}`)}.`];
}

/** `2 to create, 1 to update (7 tasks restart)`, in the words of the plan's headline. */
function headline(plan: PolicyPlan): string {
  const problems = plan.troubles.length === 0 ? [] : [plural(plan.troubles.length, 'problem')];
  const tasks = restartingTasks(plan);
  const restarts =
    tasks === 0 ? '' : `; <b>${plural(tasks, 'task')} ${tasks === 1 ? 'restarts' : 'restart'}</b>`;
  return [...problems, ...counts(plan.changes)].join(', ') + restarts;
}

/** `2 to create`, `1 to update`, in the order of `KINDS`. */
export function counts(changes: readonly Change[]): readonly string[] {
  const by = Object.groupBy(changes, ({ kind }) => kind);
  return KINDS.flatMap((kind) => {
    const n = by[kind]?.length ?? 0;
    return n === 0 ? [] : [`${n} to ${kind}`];
  });
}

const KINDS = ['create', 'update', 'scale', 'adopt', 'release', 'delete'] as const;

const MARKS: Readonly<Record<Change['kind'], string>> = {
  create: '🟢 create',
  update: '🟠 update',
  scale: '🔵 scale',
  adopt: '🟣 adopt',
  release: '⚪ release',
  delete: '🔴 delete',
};

export function restartingTasks({ changes, tasks }: PolicyPlan): number {
  return changes.filter(isUpdate).reduce((sum, { app }) => sum + (tasks.get(app) ?? 0), 0);
}

function changeTable(plan: PolicyPlan): readonly string[] {
  const rows = plan.changes.map((change) =>
    row([MARKS[change.kind], code(change.app), ...whatAndWhy(change, plan)]),
  );
  const { shown, left } = fitting(rows, MOST_TABLE_BYTES);
  return [markdownTable(['change', 'app', 'what', 'why'], shown), ...leftOut(left, 'change')];
}

function whatAndWhy(change: Change, { tasks }: PolicyPlan): readonly [string, string] {
  const why = text(change.reason, 240);
  switch (change.kind) {
    case 'create':
      return [plural(change.instances, 'instance'), why];
    case 'scale':
      return [`${change.from} → ${change.to} instances`, why];
    case 'update': {
      const running = tasks.get(change.app) ?? 0;
      const restart =
        running === 0 ? 'no task runs, none restarts' : `**restarts ${plural(running, 'task')}**`;
      return [`${plural(change.fields.length, 'field')}; ${restart}`, why];
    }
    case 'delete':
      return ['**removed with its tasks**', why];
    case 'adopt':
    case 'release':
      return ['no task restarts', why];
  }
}

export function isUpdate(change: Change): change is Update {
  return change.kind === 'update';
}

function fieldDiffs(updates: readonly Update[]): readonly string[] {
  const { shown, left } = fitting(updates.slice(0, MOST_UPDATES).map(fieldDiff), MOST_DIFF_BYTES);
  const missing = left + Math.max(0, updates.length - MOST_UPDATES);
  return [...shown, ...leftOut(missing, 'updated app')];
}

function fieldDiff({ app, fields }: Update): string {
  const left = fields.length - MOST_FIELDS;
  const more = left <= 0 ? [] : [`  …and ${plural(left, 'more field')}`];
  const lines = fields.slice(0, MOST_FIELDS).flatMap(fieldLines);
  return `${code(app)}\n\n${fenced('diff', [...lines, ...more])}`;
}

function fieldLines({ field, before, after }: FieldDiff): readonly string[] {
  return [...sideLines('-', field, before), ...sideLines('+', field, after)];
}

function sideLines(sign: string, field: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const written = `${visible(field, MOST_LINE)}: ${JSON.stringify(value, null, 2)}`.split('\n');
  const left = written.length - MOST_VALUE_LINES;
  const shown = written.slice(0, MOST_VALUE_LINES);
  const lines = left <= 0 ? shown : [...shown, `…and ${plural(left, 'more line')}`];
  return lines.map((line) => `${sign} ${visible(line, MOST_LINE)}`);
}

/** What a policy asks for, where there was nothing to compare it with. */
export function offlineSection({ metadata, spec }: MicroscalingPolicy, place: string): string {
  const rows = spec.apps.map((app) =>
    row([
      code(app.id ?? app.name),
      app.priority === undefined ? '' : String(app.priority),
      instancesOf(app),
      text(targetsOf(app)),
    ]),
  );
  const { shown, left } = fitting(rows, MOST_TABLE_BYTES);
  const key = `${metadata.namespace}/${metadata.name}`;
  return [
    `<details><summary><b>${htmlCode(key)}</b>: ${plural(spec.apps.length, 'app')}, mode ${spec.mode} (${htmlCode(place)})</summary>`,
    markdownTable(['app', 'priority', 'instances', 'target'], shown),
    ...leftOut(left, 'app'),
    '</details>',
  ].join('\n\n');
}

function instancesOf({ instances: { min, max, fixed } }: AppSpec): string {
  if (fixed !== undefined) return `made with ${fixed}, then left to people`;
  return `${min ?? 0} to ${max ?? 'any number'}`;
}

function targetsOf({ targets = [], formula, remainder }: AppSpec): string {
  if (remainder !== undefined) return 'takes the rest';
  const wishes = targets.map((target) =>
    target.name === undefined ? wishOf(target) : `${target.name}: ${wishOf(target)}`,
  );
  return [...wishes, ...(formula === undefined ? [] : [`together ${formula}`])].join(', ');
}

function wishOf({ queueLength, drainTime, messageAge, perInstance }: TargetSpec): string {
  if (queueLength !== undefined) return `at most ${queueLength} waiting`;
  if (drainTime !== undefined) return `empty within ${drainTime}`;
  if (messageAge !== undefined) return `no message older than ${messageAge}`;
  return `${plural(perInstance ?? 0, 'message')} an instance`;
}
