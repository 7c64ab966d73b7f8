// cli: a plan as Markdown, for the reviewer of a pull request: one headline, then policy by policy.

import { type MicroscalingPolicy, type ResourceKey, resourceKey } from '../../../api/policy.ts';
import type { Problem } from '../../../api/problem.ts';
import type { PlanReport } from '../../../app/commands/plan.ts';
import type { PolicyPlan } from '../../../controller/dry-run.ts';
import { code, text } from './escape.ts';
import { counts, isUpdate, offlineSection, policySection, restartingTasks } from './policy-section.ts';
import { fitting, markdownTable, plural, row } from './table.ts';

/** GitHub takes comments of 65,536 characters, counted as it likes; the rest is for whoever posts it. */
const MOST_BYTES = 60_000;
const MOST_PROBLEM_BYTES = 12_000;
const MOST_NAME_BYTES = 3_000;

/** By this line a later run finds its own comment. */
const MARKER = '<!-- microscaling plan -->';

interface Section {
  readonly changes: number;
  readonly markdown: string;
}

/** Stable: the same report gives the same text, whatever the order of files and policies. */
export function planMarkdown(report: PlanReport): string {
  const head = [
    MARKER,
    `### microscaling plan: ${headline(report)}`,
    ...problemPart(report.problems),
    ...troublePart(report),
    ...unreadPart(report.policies),
    ...restartPart(report.policies),
  ].join('\n\n');
  return `${bounded(head, sectionsOf(report), closing(report))}\n`;
}

function headline({ problems, policies, changes, troubles }: PlanReport): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return `${plural(errors, 'error')}, nothing was compared`;
  const unread = policies.filter((plan) => plan.unread !== undefined).length;
  if (unread > 0 && unread === policies.length) return 'not compared with any Marathon';
  const tasks = policies.reduce((sum, plan) => sum + restartingTasks(plan), 0);
  return [
    ...(troubles.length === 0 ? [] : [plural(troubles.length, 'problem')]),
    ...(changes.length === 0 ? ['no changes'] : counts(changes)),
    ...(tasks === 0 ? [] : [`${plural(tasks, 'task')} ${tasks === 1 ? 'restarts' : 'restart'}`]),
    ...(unread === 0 ? [] : [`${unread} of ${plural(policies.length, 'policy')} not compared`]),
  ].join(', ');
}

/** What no policy's own part says: values that are missing where the plan is made. */
function troublePart({ troubles, policies }: PlanReport): readonly string[] {
  const line = ({ app, message }: PlanReport['troubles'][number]): string =>
    `- ⛔ ${code(app)}: ${text(message)}`;
  const said = new Set(policies.flatMap((plan) => plan.troubles.map(line)));
  const lines = [...new Set(troubles.map(line))].filter((each) => !said.has(each)).sort();
  if (lines.length === 0) return [];
  const { shown, left } = fitting(lines, MOST_PROBLEM_BYTES);
  const more = left === 0 ? [] : [`…and ${plural(left, 'more problem')}.`];
  return [shown.join('\n'), ...more];
}

function problemPart(problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return [];
  const rows = problems
    .toSorted(byPlace)
    .map(({ severity, source, line, pointer, message }) =>
      row([
        severity === 'error' ? '⛔ error' : '⚠️ warning',
        code(line === undefined ? source : `${source}:${line}`),
        `${pointer === '' ? '' : `${code(pointer)} `}${text(message)}`,
      ]),
    );
  const { shown, left } = fitting(rows, MOST_PROBLEM_BYTES);
  const more = left === 0 ? [] : [`…and ${plural(left, 'more problem')}.`];
  return [markdownTable(['problem', 'where', 'what'], shown), ...more];
}

function byPlace(a: Problem, b: Problem): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}

function unreadPart(policies: readonly PolicyPlan[]): readonly string[] {
  const reasons = Map.groupBy(
    policies.filter(({ unread }) => unread !== undefined),
    ({ unread }) => unread ?? '',
  );
  if (reasons.size === 0) return [];
  const lines = [...reasons].map(([reason, plans]) => {
    const policies = names(plans.map(({ policy }) => code(policy)));
    return `- ${policies}: ${text(reason)}`;
  });
  const { shown, left } = fitting(lines, MOST_PROBLEM_BYTES);
  const more = left === 0 ? [] : [`…for ${plural(left, 'more reason')}.`];
  return ['**Not compared**, so what would change there is not known:', shown.join('\n'), ...more];
}

function names(all: readonly string[]): string {
  const { shown, left } = fitting(all, MOST_NAME_BYTES);
  return `${shown.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

function restartPart(policies: readonly PolicyPlan[]): readonly string[] {
  const restarts = policies.flatMap(({ changes, tasks }) =>
    changes.filter(isUpdate).flatMap(({ app }) => {
      const running = tasks.get(app) ?? 0;
      return running === 0 ? [] : [`${code(app)} (${plural(running, 'task')})`];
    }),
  );
  if (restarts.length === 0) return [];
  return [`**What restarts**: ${names(restarts)}`];
}

function sectionsOf({ policies, resources }: PlanReport): readonly Section[] {
  const sources = new Map(
    resources.flatMap(
      ({ resource, place }): [ResourceKey, { policy: MicroscalingPolicy; place: string }][] =>
        resource.kind === 'MicroscalingPolicy'
          ? [[resourceKey(resource.metadata), { policy: resource, place }]]
          : [],
    ),
  );
  return policies.flatMap((plan): Section[] => {
    const source = sources.get(plan.policy);
    const changes = plan.changes.length;
    if (plan.unread !== undefined)
      return source === undefined ? [] : [{ changes, markdown: offlineSection(source.policy, source.place) }];
    if (changes + plan.troubles.length === 0) return [];
    return [{ changes, markdown: policySection(plan, source?.place ?? '') }];
  });
}

function closing({ policies, problems }: PlanReport): readonly string[] {
  const same = policies.filter(
    ({ changes, troubles, unread }) => unread === undefined && changes.length + troubles.length === 0,
  );
  const unchanged = same.length === 0 ? [] : [`No change: ${names(same.map(({ policy }) => code(policy)))}.`];
  const compared = !problems.some(({ severity }) => severity === 'error');
  return [...unchanged, ...(compared ? [NOT_LOOKED_AT] : [])];
}

const NOT_LOOKED_AT =
  '<sub>Not looked at: metrics (a count within its min and max is left to them), and policies that these files no ' +
  'longer hold.</sub>';

/** As many sections as there is room for, and how much was left out. */
function bounded(head: string, sections: readonly Section[], tail: readonly string[]): string {
  const end = tail.join('\n\n');
  let room = MOST_BYTES - bytes(head) - bytes(end);
  const shown: string[] = [];
  for (const { markdown } of sections) {
    room -= bytes(markdown) + 2;
    if (room < 0) break;
    shown.push(markdown);
  }
  const left = sections.slice(shown.length);
  const changes = left.reduce((sum, section) => sum + section.changes, 0);
  const more =
    left.length === 0
      ? []
      : [
          `**Left out for want of room: ${plural(left.length, 'policy')} with ${plural(changes, 'change')}.** ` +
            '`microscaling plan -f …` prints them all.',
        ];
  return [head, ...shown, ...more, ...(end === '' ? [] : [end])].join('\n\n');
}

function bytes(words: string): number {
  return Buffer.byteLength(words);
}
