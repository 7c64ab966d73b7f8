// cli: `microscaling replay`.

import { writeFile } from 'node:fs/promises';
import type { AlgorithmType } from '../../../api/policy.ts';
import { replayCommand, triedIn } from '../../../app/commands/replay.ts';
import type { OptionValues } from '../../../app/options.ts';
import type { RecordReader } from '../../../recorder/read/record-reader.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import { replayPage } from '../../../simulator/replay/page.ts';
import type { ReplayResult } from '../../../simulator/replay/result.ts';
import { replayText } from '../../../simulator/replay/text.ts';
import { targetOf } from '../../client/kinds.ts';
import { spanOf } from '../../client/moment.ts';
import { operatorOf } from '../../client/operator-client.ts';
import { recordIn } from '../../client/past.ts';
import { readerOf } from '../../client/segments.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { ProgressLine } from '../../output/progress-line.ts';

const LAWS: readonly AlgorithmType[] = ['Fluid', 'Queue', 'SimpleQueue'];
const USUAL_MS = 3_600_000;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const span = spanOf(options, { usualMs: USUAL_MS, nowMs: systemClock.now() });
  const { namespace, name } = targetOf(context.arguments, options.namespace);
  const tried = await triedIn(options.file, context.signal);
  const record = await recordOf(options, context);
  const line = new ProgressLine({ raw: context.noteRaw, isTty: context.stderrIsTty });
  line.show('reading the record');
  const result = await replayCommand(
    {
      ...span,
      onRound: (wallMs) => line.show(`replaying: ${shareText(span, wallMs)}`),
      tried,
      policy: name === undefined ? undefined : `${namespace ?? 'default'}/${name}`,
      law: lawOf(options.law),
      serviceRate: options.serviceRate,
      modelled: options.modelled,
    },
    record,
    context.signal,
  ).finally(() => line.end());
  if (options.html !== undefined) {
    await writePage(options.html, replayPage(result));
    context.note(`report in ${options.html}`);
  }
  context.print(textOf(result, options.output));
  return 0;
}

function shareText(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  atMs: number,
): string {
  return `${Math.max(0, Math.floor((100 * (atMs - fromMs)) / (toMs - fromMs)))} %`;
}

/** Of a directory, or of a running operator. */
export async function recordOf(options: OptionValues, context: CommandContext): Promise<RecordReader> {
  return options.data === undefined
    ? readerOf(operatorOf(options, context), context.signal)
    : await recordIn(options.data);
}

function textOf(result: ReplayResult, output: string | undefined): string {
  if (output === 'html') return replayPage(result);
  if (output === 'markdown') return replayText(result, 'markdown');
  const { courses: _courses, ...figures } = result;
  return output === 'json' ? jsonText(figures) : replayText(result, 'table');
}

function lawOf(names: readonly string[] | undefined): AlgorithmType | undefined {
  if (names === undefined) return undefined;
  const law = LAWS.find((each) => each === names[0]);
  if (law !== undefined && names.length === 1) return law;
  throw new TerminalError(`--law: '${names.join(', ')}' is not one of ${LAWS.join(', ')}`);
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    throw new TerminalError(`writing the report to ${path}: ${messageOf(error)}`, { cause: error });
  }
}
