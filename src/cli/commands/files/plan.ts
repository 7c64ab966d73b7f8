// cli: `microscaling plan -f`.

import { styleText } from 'node:util';
import { type PlanReport, planFiles } from '../../../app/commands/plan.ts';
import type { OptionValues } from '../../../app/options.ts';
import { NO_POLICY } from '../../../app/policies/policy-files.ts';
import type { Change, FieldDiff } from '../../../core/change.ts';
import { defined } from '../../../lang/defined.ts';
import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { withoutHeld } from '../../client/held-apps.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { planMarkdown } from '../../output/markdown/plan.ts';
import { problemLine } from '../../output/problems.ts';
import { ProgressLine, whileSlow } from '../../output/progress-line.ts';
import { planReplays } from './plan-replay.ts';

const NOT_ASKED =
  'planned without asking an operator what it holds: an app that one has adopted already is listed as to adopt; name the operator with --server';

const NO_CHANGE = 0;
const FAILED = 1;
const CHANGES = 2;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const config = {
    files: options.file,
    marathon: options.marathon ?? [],
    ...defined({ kubeconfig: options.kubeconfig, kubeContext: options.kubeContext }),
    env: context.env,
    trust: options,
  };
  const line = new ProgressLine({ raw: context.noteRaw, isTty: context.stderrIsTty });
  const planning = planFiles(config, silentLogger, context.signal);
  const compared = await whileSlow(line, 'comparing with Marathon', planning);
  const { report, asked } = await lessWhatIsHeld(compared, options, context);
  const empty = report.resources.length === 0 && report.problems.every((p) => p.severity !== 'error');
  const unread = [...new Set(report.policies.flatMap((plan) => plan.unread ?? []))];
  const isInvalid = empty || report.problems.some((p) => p.severity === 'error');
  const failed = isInvalid || report.troubles.length + unread.length > 0;
  // What is missing here, or cannot be reached from here, keeps nobody from trying the policy against the record.
  const replays = isInvalid ? [] : await planReplays(report, options, context);
  if (options.output === 'markdown') {
    context.printRaw(planMarkdown(report));
    for (const each of replays) context.printRaw(`\n${each}\n`);
  } else {
    for (const problem of report.problems) context.note(problemLine(problem));
    if (empty) context.note(NO_POLICY);
    for (const { app, message } of report.troubles)
      context.note(message.startsWith(app) ? message : `${app}: ${message}`);
    for (const note of report.notes) context.note(`note: ${note}`);
    if (!asked) context.note(`note: ${NOT_ASKED}`);
    if (unread.length > 0 && report.policies.every((plan) => plan.unread !== undefined))
      throw new TerminalError(unread.join('\n'));
    for (const message of unread) context.note(`not compared: ${message}`);
    context.print(options.output === 'json' ? jsonText(toJson(report)) : toText(report, failed));
    if (options.output !== 'json') for (const each of replays) context.print(`\n${each}`);
  }
  if (failed) return FAILED;
  return report.changes.length === 0 ? NO_CHANGE : CHANGES;
}

/**
 * An operator is asked only where that makes a difference: whether an app is still to be adopted. One that the
 * environment names for other commands need not run for a plan.
 */
async function lessWhatIsHeld(
  report: PlanReport,
  options: OptionValues,
  context: CommandContext,
): Promise<{ readonly report: PlanReport; readonly asked: boolean }> {
  if (report.changes.every(({ kind }) => kind !== 'adopt')) return { report, asked: true };
  if (options.server === undefined) return { report, asked: false };
  try {
    const held = await withoutHeld(report, operatorOf(options, context), context.signal);
    return { report: held, asked: true };
  } catch (error) {
    const isForOthers = context.env['MICROSCALING_SERVER'] === options.server;
    if (!(error instanceof TransientError) || !isForOthers) throw error;
    context.note(`note: ${error.message}`);
    return { report, asked: false };
  }
}

/** Definitions carry references only, so they may be shown; what they resolve to is never here. */
function toJson({ changes, troubles, notes, policies }: PlanReport): object {
  const unread = policies.flatMap(({ policy, unread: message }) =>
    message === undefined ? [] : [{ policy, message }],
  );
  return { changes, troubles, notes, ...(unread.length > 0 && { unread }) };
}

function toText({ changes }: PlanReport, failed: boolean): string {
  if (changes.length === 0) return failed ? 'nothing can be planned until this is put right' : 'no changes';
  const lines = changes.flatMap((change) => [changeLine(change), ...detailLines(change)]);
  return [...lines, '', countLine(changes)].join('\n');
}

const MARKS: Readonly<Record<Change['kind'], readonly ['green' | 'yellow' | 'red' | 'cyan', string]>> = {
  create: ['green', '+'],
  update: ['yellow', '~'],
  scale: ['yellow', '~'],
  adopt: ['cyan', '>'],
  release: ['cyan', '<'],
  delete: ['red', '-'],
};

function changeLine(change: Change): string {
  const [colour, mark] = MARKS[change.kind];
  return `${styleText(colour, `${mark} ${change.kind.padEnd(7)}`)} ${change.app}  ${amount(change)}`.trimEnd();
}

function amount(change: Change): string {
  if (change.kind === 'create')
    return `${change.instances} ${change.instances === 1 ? 'instance' : 'instances'} (${change.reason})`;
  if (change.kind === 'scale') return `${change.from} -> ${change.to} (${change.reason})`;
  return change.reason;
}

function detailLines(change: Change): readonly string[] {
  if (change.kind !== 'update') return [];
  return [
    ...change.fields.map((field) => `            ${fieldText(field)}`),
    '            every task of this app restarts',
  ];
}

function fieldText({ field, before, after }: FieldDiff): string {
  return `${field}: ${JSON.stringify(before) ?? 'absent'} -> ${JSON.stringify(after) ?? 'absent'}`;
}

function countLine(changes: readonly Change[]): string {
  const counts = Object.entries(Object.groupBy(changes, (change) => change.kind));
  return `plan: ${counts.map(([kind, of]) => `${of?.length ?? 0} to ${kind}`).join(', ')}`;
}
