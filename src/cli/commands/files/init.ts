// cli: `microscaling init [FILE]`: four questions, one policy.

import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { check } from '../../../app/commands/export/export.ts';
import { initialPolicy } from '../../../app/commands/init/policy.ts';
import {
  type Answers,
  appsQuestion,
  type Question,
  queueQuestion,
  type Running,
  slotsQuestion,
  TARGET_QUESTION,
} from '../../../app/commands/init/questions.ts';
import { runningAt } from '../../../app/commands/init/running.ts';
import type { OptionValues } from '../../../app/options.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { CommandContext } from '../../command.ts';

const FILE = 'policy.yaml';

export async function run({ marathon = [] }: OptionValues, context: CommandContext): Promise<number> {
  const [file = FILE, ...others] = context.arguments;
  if (others.length > 0) throw new TerminalError(`one file at a time: what is '${others.join(' ')}'?`);
  requirePlaceFor(file);
  const running = await runningAt(marathon, context.env, context.signal);
  const answers = await askAll(running, context);
  const text = initialPolicy(answers);
  check(text);
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    throw new TerminalError(`writing ${file}: ${messageOf(error)}`, { cause: error });
  }
  context.print(nextSteps(file, answers));
  return 0;
}

async function askAll(running: Running | undefined, context: CommandContext): Promise<Answers> {
  const reader = createInterface({ input: process.stdin, terminal: false, signal: context.signal });
  const lines = reader[Symbol.asyncIterator]();
  const ask = <T>(question: Question<T>): Promise<T> => answerTo(question, lines, context);
  try {
    const apps = await ask(appsQuestion(running));
    const queue = await ask(queueQuestion(apps[0] ?? ''));
    const target = await ask(TARGET_QUESTION);
    const slots = await ask(slotsQuestion(apps, running));
    return { apps, queue, target, slots };
  } finally {
    // The end of its lines is not the end of the reader, and a terminal that is still read keeps the process.
    reader.close();
  }
}

/** Before the first question: nobody answers four of them for nothing. */
function requirePlaceFor(file: string): void {
  if (existsSync(file))
    throw new TerminalError(`${file} is there already; name another one: microscaling init FILE`);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new TerminalError(`writing ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Asks again until the answer will do; nobody can be asked again where a file or a pipe answers. */
async function answerTo<T>(
  { text, fallback, read }: Question<T>,
  lines: AsyncIterator<string>,
  { note, noteRaw }: CommandContext,
): Promise<T> {
  note(text);
  for (;;) {
    noteRaw(fallback === undefined ? '> ' : `[${fallback}] > `);
    const { done, value: line } = await lines.next();
    if (done === true) {
      note('');
      throw new TerminalError('the answers ended before the questions; nothing was written');
    }
    const answer = line.trim() === '' ? (fallback ?? '') : line.trim();
    const found = read(answer);
    if ('value' in found) return found.value;
    note(found.wrong);
  }
}

function nextSteps(file: string, { queue: { kind } }: Answers): string {
  const variables = kind.variables.length === 0 ? '' : ` (it needs ${kind.variables.join(', ')})`;
  return [
    `${file} is written; in mode Observe it changes nothing. Next:`,
    `  microscaling read -f ${file}       # what the queue says now${variables}`,
    `  microscaling plan -f ${file}       # what would change in Marathon`,
    `  microscaling run --policies ${file}   # decides, and shows it on the page`,
  ].join('\n');
}
