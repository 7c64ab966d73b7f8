// cli: `microscaling simulate`.

import { writeFile } from 'node:fs/promises';
import { requireSuite } from '../../../app/commands/bench.ts';
import { simulatePolicy } from '../../../app/commands/simulate.ts';
import type { OptionValues } from '../../../app/options.ts';
import { defined } from '../../../lang/defined.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { Progress } from '../../../simulator/progress.ts';
import { comparisonPage } from '../../../simulator/report/html.ts';
import { comparisonText } from '../../../simulator/report/table.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../simulator/settings.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { ERASED, rewritten } from '../../output/rewritten.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const seeds = options.seed ?? [1];
  const laws = listOf(options.law);
  const progress = new ProgressLine(context);
  if (options.suite !== undefined) {
    const unused = (['file', 'load', 'trace', 'html'] as const).filter((name) => options[name] !== undefined);
    if (unused.length > 0) throw new TerminalError(`--suite goes without --${unused.join(', --')}`);
    const suite = await requireSuite(options.suite);
    const sets = listOf(options.set);
    const result = await suite.run(
      {
        seeds,
        ...(sets && { sets }),
        ...(laws && { laws }),
        ...defined({ cells: options.cells }),
      },
      (now) => progress.show(now),
      context.signal,
    );
    progress.end();
    context.print(options.output === 'json' ? jsonText(result.json) : result.text(textFormat(options)));
    return 0;
  }
  if (options.set !== undefined) throw new TerminalError('--set is part of --suite bench');
  if (options.cells !== undefined) throw new TerminalError('--cells is part of --suite fast');
  const result = await simulatePolicy(
    {
      files: options.file ?? [],
      load: options.load,
      trace: options.trace,
      traceIntervalMs: options.traceInterval,
      traceScale: options.traceScale,
      durationMs: options.duration,
      laws,
      seeds,
      settings: settingsOf(options),
    },
    (now) => progress.show(now),
    context.signal,
  );
  progress.end();
  if (options.html !== undefined) {
    await writePage(options.html, comparisonPage(result));
    context.note(`report in ${options.html}`);
  }
  const { courses: _, ...figures } = result;
  context.print(options.output === 'json' ? jsonText(figures) : comparisonText(result, textFormat(options)));
  return 0;
}

function textFormat({ output }: OptionValues): 'table' | 'markdown' {
  return output === 'markdown' ? 'markdown' : 'table';
}

function settingsOf(options: OptionValues): Settings {
  return {
    startMs: options.startDelay ?? DEFAULT_SETTINGS.startMs,
    warmUpMs: options.warmUp ?? DEFAULT_SETTINGS.warmUpMs,
    stopMs: options.stopDelay ?? DEFAULT_SETTINGS.stopMs,
    serviceRate: options.serviceRate ?? DEFAULT_SETTINGS.serviceRate,
    serviceSpread: options.serviceSpread ?? DEFAULT_SETTINGS.serviceSpread,
    metricAgeMs: options.metricAge ?? DEFAULT_SETTINGS.metricAgeMs,
    metricError: options.metricError ?? DEFAULT_SETTINGS.metricError,
    ...defined({
      mostPerS: options.throughputLimit,
      fromMs: options.from === undefined ? undefined : timeOf(options.from),
    }),
  };
}

/** @throws TerminalError for what is no time */
function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw new TerminalError(`--from takes a time such as 2026-03-29T00:00:00Z, not '${text}'`);
}

/** Repeated or with commas between. */
function listOf(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.flatMap((value) => value.split(',').map((each) => each.trim())).filter(Boolean);
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    throw new TerminalError(`writing the report to ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** On a terminal one line that is rewritten, elsewhere a line every tenth of the way. */
class ProgressLine {
  readonly #context: CommandContext;
  #tenth = 0;
  #shown = false;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  show({ done, of }: Progress): void {
    const text = `simulated ${done} of ${of}`;
    if (this.#context.stderrIsTty) {
      this.#context.noteRaw(rewritten(text));
      this.#shown = true;
      return;
    }
    const tenth = Math.floor((10 * done) / of);
    if (tenth > this.#tenth) this.#context.note(text);
    this.#tenth = tenth;
  }

  end(): void {
    if (this.#shown) this.#context.noteRaw(ERASED);
    this.#shown = false;
  }
}
