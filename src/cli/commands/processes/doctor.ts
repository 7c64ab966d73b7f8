// cli: `microscaling doctor`.

import { styleText } from 'node:util';
import { type DoctorReport, runDoctor } from '../../../app/commands/doctor/doctor.ts';
import { type Finding, isTrouble, type Severity } from '../../../app/commands/doctor/finding.ts';
import type { OptionValues } from '../../../app/options.ts';
import { defined } from '../../../lang/defined.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { problemLine } from '../../output/problems.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const report = await runDoctor(
    {
      marathon: options.marathon ?? [],
      ...defined({
        mesosUrl: options.mesos,
        files: options.file,
        kubeconfig: options.kubeconfig,
        kubeContext: options.kubeContext,
      }),
      env: context.env,
    },
    context.signal,
  );
  for (const problem of report.problems) context.note(problemLine(problem));
  for (const key of report.elsewhere)
    context.note(`note: policy ${key} names another Marathon: not looked at`);
  const trouble = report.findings.some(isTrouble) || report.problems.some((p) => p.severity === 'error');
  context.print(options.output === 'json' ? jsonText(toJson(report, trouble)) : toText(report));
  return trouble ? 1 : 0;
}

function toJson({ marathon, findings, unchecked, problems }: DoctorReport, trouble: boolean): object {
  return { trouble, marathon, findings, unchecked, problems };
}

function toText(report: DoctorReport): string {
  const alike = Map.groupBy(report.findings, ({ severity, check, why, change }) =>
    JSON.stringify([severity, check, why, change]),
  );
  const blocks = [...[...alike.values()].map(findingsText), ...uncheckedText(report), lastLine(report)];
  return blocks.join('\n\n');
}

const COLOURS = { error: 'red', warning: 'yellow', note: 'cyan' } as const satisfies Record<Severity, string>;
const INDENT = ' '.repeat(10);

/** Several apps often have the same trouble: what to do about it is said once. */
function findingsText(alike: readonly Finding[]): string {
  return [
    ...alike.map(
      ({ severity, check, what }) => `${styleText(COLOURS[severity], severity.padEnd(8))}  ${check}: ${what}`,
    ),
    ...alike
      .slice(0, 1)
      .flatMap(({ why, change }) => [`${INDENT}why:    ${why}`, `${INDENT}change: ${change}`]),
  ].join('\n');
}

function uncheckedText({ unchecked }: DoctorReport): readonly string[] {
  if (unchecked.length === 0) return [];
  const byReason = Map.groupBy(unchecked, ({ reason }) => reason);
  const lines = [...byReason].map(
    ([reason, which]) => `not looked at: ${which.map(({ check }) => check).join(', ')} (${reason})`,
  );
  return [lines.join('\n')];
}

function lastLine({ marathon, findings }: DoctorReport): string {
  const count = (severity: Severity): string => {
    const n = findings.filter((finding) => finding.severity === severity).length;
    return `${n} ${severity}${n === 1 ? '' : 's'}`;
  };
  const who = ['Marathon', marathon?.version].filter((part) => part !== undefined).join(' ');
  const where = marathon === undefined ? 'without Marathon' : `${who} at ${marathon.url}`;
  return `${where}: ${count('error')}, ${count('warning')}, ${count('note')}`;
}
