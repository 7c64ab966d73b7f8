// cli: `microscaling read -f`.

import { styleText } from 'node:util';
import { type MetricReport, openMetrics } from '../../../app/commands/read.ts';
import type { OptionValues } from '../../../app/options.ts';
import { NO_POLICY } from '../../../app/policies/policy-files.ts';
import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { silentLogger } from '../../../runtime/log.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { problemLine } from '../../output/problems.ts';
import { ProgressLine, whileSlow } from '../../output/progress-line.ts';
import { table } from '../../output/table.ts';

const FINE = 0;
const UNREAD = 1;

/** With `-w` everything is read anew so often: faster than people read, slower than rounds. */
const AGAIN_MS = 2_000;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { signal } = context;
  const config = { files: options.file, marathon: options.marathon ?? [], env: context.env, trust: options };
  const metrics = await openMetrics(config, { log: silentLogger }, signal);
  try {
    for (const problem of metrics.problems) context.note(problemLine(problem));
    if (metrics.policies === 0 && metrics.problems.length === 0) context.note(NO_POLICY);
    const line = new ProgressLine({ raw: context.noteRaw, isTty: context.stderrIsTty });
    for (;;) {
      const reports = await whileSlow(line, 'reading the metrics', metrics.read(signal));
      context.print(textOf(reports, options));
      const isWhole = reports.every((report) => 'sample' in report) && metrics.policies > 0;
      const isValid = metrics.problems.every(({ severity }) => severity !== 'error');
      if (options.watch !== true) return isWhole && isValid ? FINE : UNREAD;
      await systemClock.sleep(AGAIN_MS, signal);
    }
  } finally {
    await metrics.close();
  }
}

function textOf(reports: readonly MetricReport[], { output, watch }: OptionValues): string {
  if (output === 'json') {
    const document = { metrics: reports.map(toJson) };
    return watch === true ? JSON.stringify(document) : jsonText(document);
  }
  return toText(reports);
}

/** A count that the source does not split is no number of waiting messages, and is called what it is. */
function toJson(report: MetricReport): object {
  const { policy, app, target, metric, ms, firstMs, calls } = report;
  const place = { policy, app, target, metric };
  const cost = { ms, firstMs, calls };
  if ('reason' in report) return { ...place, state: 'unavailable', reason: report.reason, ...cost };
  const { waiting, inFlight, unsplit, oldestAgeMs, arrivedTotal, completedTotal, mostInstances } =
    report.sample;
  const counts =
    unsplit === undefined
      ? { waiting, inFlight }
      : { total: waiting, waitingAtLeast: unsplit.waitingAtLeast };
  return {
    ...place,
    state: 'ok',
    ...defined({ ...counts, arrivedTotal, completedTotal, oldestAgeMs, mostInstances }),
    ageMs: Math.round(report.ageMs),
    ...cost,
  };
}

const NOTHING = '-';

const HEADS = [
  'APP',
  'TARGET',
  'METRIC',
  'WAITING',
  'IN FLIGHT',
  'ARRIVED',
  'COMPLETED',
  'OLDEST',
  'AT MOST',
  'AGE',
  'COST',
] as const;

/** Without the columns that no source tells anything for. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const told = HEADS.map((_, i) => rows.some((row) => row[i] !== NOTHING));
  const only = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, i) => told[i]);
  return table(only(HEADS), rows.map(only));
}

function toText(reports: readonly MetricReport[]): string {
  const read = reports.filter((report) => 'sample' in report);
  const blocks = [];
  if (read.length > 0) blocks.push(tableOf(read.map(rowOf)));
  const missing = reports.filter((report) => 'reason' in report);
  const lines = missing.map(
    ({ app, target, reason }) => `${styleText('red', 'not read')}  ${app}, ${target}: ${reason}`,
  );
  if (lines.length > 0) blocks.push(lines.join('\n'));
  if (reports.length === 0) blocks.push('no app has a metric');
  return blocks.join('\n\n');
}

function rowOf(report: Extract<MetricReport, { readonly sample: unknown }>): readonly string[] {
  const { app, target, metric, sample, ageMs, ms, firstMs, calls } = report;
  const { waiting, inFlight, unsplit, arrivedTotal, completedTotal, oldestAgeMs, mostInstances } = sample;
  const figure = (value: number | undefined): string => (value === undefined ? NOTHING : String(value));
  return [
    app,
    target,
    metric,
    unsplit === undefined ? figure(waiting) : `${unsplit.waitingAtLeast}..${waiting}`,
    figure(inFlight),
    figure(arrivedTotal),
    figure(completedTotal),
    oldestAgeMs === undefined ? NOTHING : seconds(oldestAgeMs),
    figure(mostInstances?.count),
    seconds(ageMs),
    `${ms} ms, ${calls} ${calls === 1 ? 'call' : 'calls'} (first ${Math.round(firstMs)} ms)`,
  ];
}

function seconds(ms: number): string {
  return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)}s`;
}
