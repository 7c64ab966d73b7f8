// cli: `microscaling explain POLICY`.

import { alternativesOrWhyNone } from '../../../api/words/alternatives.ts';
import { estimatesText } from '../../../api/words/estimates.ts';
import { rounded, valueWithUnit } from '../../../api/words/figures.ts';
import { objectiveText } from '../../../api/words/objective.ts';
import { scheduleText } from '../../../api/words/schedule.ts';
import type { OptionValues } from '../../../app/options.ts';
import type { MetricView } from '../../../controller/status/view.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { find } from '../../client/find.ts';
import { POLICY_KIND, pathOf, targetOf } from '../../client/kinds.ts';
import { momentMs } from '../../client/moment.ts';
import { operatorOf } from '../../client/operator-client.ts';
import { pastOf, whenText } from '../../client/past.ts';
import type { Explanation } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { shown } from '../../output/again.ts';
import { jsonText } from '../../output/json.ts';
import { timeText } from '../../output/policy-table.ts';
import { table } from '../../output/table.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  if (options.watch === true && options.at !== undefined)
    throw new TerminalError('--watch looks on from now; it does not go with --at');
  const look = async (): Promise<string> => {
    const { explanation, at } = await answerTo(options, context);
    if (options.output !== 'json') return [...(at ? [at.text] : []), text(explanation)].join('\n\n');
    return jsonText({ ...explanation, ...(at && { at: at.time, notes: at.notes }) });
  };
  await shown(look, options.watch, context);
  return 0;
}

interface Answer {
  readonly explanation: Explanation;
  /** Of the past: of when it is (RFC 3339), and what is to be said of it. */
  readonly at?: { readonly time: string; readonly notes: readonly string[]; readonly text: string };
}

async function answerTo(options: OptionValues, context: CommandContext): Promise<Answer> {
  const { namespace = 'default', name = '' } = targetOf(context.arguments, options.namespace);
  if (options.at !== undefined) {
    const atMs = momentMs(options.at, '--at', systemClock.now());
    const past = await (await pastOf(options, context)).policy({ namespace, name }, atMs);
    const at = {
      time: new Date(past.atMs).toISOString(),
      notes: past.notes,
      text: whenText(past, atMs),
    };
    return { explanation: past.explanation, at };
  }
  const client = operatorOf(options, context);
  const target = { kind: POLICY_KIND, namespace, name };
  await find(client, target, context.signal);
  return { explanation: (await client.get(`${pathOf(target)}/explain`, context.signal)) as Explanation };
}

function text({ policy, apps }: Explanation): string {
  return [`policy ${policy}`, ...apps.map(appText)].join('\n\n');
}

function appText(app: Explanation['apps'][number]): string {
  const estimates = estimatesText(app.figures);
  const alternatives = alternativesOrWhyNone(app.figures, app.alternativesOf, app);
  const lines = [
    `${app.name} (${app.id}, ${app.role}): ${app.summary || 'not decided yet'}`,
    ...(app.scheduler === undefined ? [] : [`  runs on ${app.scheduler}`]),
    `  wanted ${app.wanted ?? '-'}, granted ${app.granted ?? '-'}, requested ${app.requested}, running ${app.running}`,
    ...app.metrics.map((m) => `  input: ${metricText(m)}`),
    ...app.metrics.flatMap(({ objective }) =>
      objective === undefined ? [] : [`  objective: ${objectiveText(objective)}`],
    ),
    ...(app.schedule === undefined ? [] : [`  schedule: ${scheduleText(app.schedule, timeText)}`]),
    ...(estimates === undefined ? [] : [`  estimates: ${estimates}`]),
    ...(alternatives === undefined ? [] : [`  alternatives: ${alternatives}`]),
  ];
  if (app.steps.length === 0) return lines.join('\n');
  const rows = app.steps.map((step) => [step.rule, step.before, step.after, step.reason]);
  const steps = table(['RULE', 'BEFORE', 'AFTER', 'REASON'], rows);
  return [...lines, ...steps.split('\n').map((line) => `  ${line}`)].join('\n');
}

function metricText({ targetName, ...metric }: MetricView): string {
  return targetName === undefined ? readingText(metric) : `${targetName}, ${readingText(metric)}`;
}

function readingText({
  label,
  state,
  inFlight,
  target,
  reason,
  ...of
}: Omit<MetricView, 'targetName'>): string {
  const why = reason ? ` (${reason})` : '';
  if (state === 'unavailable') return `${label}: unavailable${why}`;
  const held = inFlight === undefined ? '' : `, ${inFlight} in flight`;
  const against = target === undefined ? '' : `, target ${rounded(target)}`;
  const now = `${label}: ${valueWithUnit(of, 'unknown')}`;
  if (of.value === undefined) return `${now}${held}${against}${why}`;
  return `${now}${held}${against}${state === 'stale' ? ` (stale${reason ? `: ${reason}` : ''})` : ''}`;
}
