// cli: the entry point. Makes the parser from the tables, runs one command, turns what was thrown into a sentence.

import { Command, CommanderError, Option } from 'commander';
import { whyNotThisNode } from '../app/node-version.ts';
import { readConfig } from '../app/options/config.ts';
import { OPTIONS, type OptionName, type OptionSpec } from '../app/options.ts';
import { NEEDED_NODE, VERSION } from '../app/package-root.ts';
import { watchParent } from '../app/processes.ts';
import { rootSignal, Shutdown } from '../runtime/abort/signal.ts';
import { messageOf, TerminalError, TransientError, WaitError } from '../runtime/errors.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { COMMANDS } from './commands.ts';
import { checkedFormat, formatsOf, throughTemplate } from './output/formats.ts';

const EXIT_CODES = '\nExit codes: 0 fine, 1 error, 2 (plan) there are changes.';

async function main(argv: readonly string[]): Promise<number> {
  ignoreBrokenPipe();
  const tooOld = whyNotThisNode(NEEDED_NODE, process.version);
  if (tooOld !== undefined) throw new TerminalError(tooOld);
  let exitCode = 0;
  const program = new Command('microscaling')
    .description('Moves running tasks between services in seconds, on the machines a cluster already has.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  for (const spec of COMMANDS) {
    addCommand(program, spec).action(async (...actionArguments: unknown[]) => {
      const command = actionArguments.at(-1) as Command;
      exitCode = await runCommand(spec, command);
    });
  }
  if (argv.length === 0) {
    process.stdout.write(`${program.helpInformation()}${EXIT_CODES}\n`);
    return 0;
  }
  await program.parseAsync([...argv], { from: 'user' });
  return exitCode;
}

function addCommand(program: Command, spec: CommandSpec): Command {
  const command = program
    .command(spec.name, spec.hidden === true ? { hidden: true } : {})
    .summary(spec.summary)
    .description(spec.description)
    .exitOverride();
  if (spec.arguments !== undefined) command.arguments(spec.arguments);
  // Said by `refuseArguments`, in words that help.
  else command.allowExcessArguments(true);
  for (const name of spec.options) command.addOption(makeOption(name, OPTIONS[name], spec));
  const examples = spec.examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${examples}\n\nExit codes: ${spec.exitCodes}`);
}

function makeOption(name: OptionName, option: OptionSpec, spec: CommandSpec): Option {
  const help = spec.help?.[name] ?? option.help;
  const long = option.arg === undefined ? option.flag : `${option.flag} <${option.arg}>`;
  const variables = option.env.length === 0 ? '' : ` [$${option.env.join(', $')}]`;
  const made = new Option(
    option.short === undefined ? long : `${option.short}, ${long}`,
    `${help}${variables}`,
  );
  made.attributeName = () => name;
  if (option.type === 'texts')
    made.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
  if (name === 'output' && spec.outputs !== undefined) {
    const { outputs } = spec;
    made.choices([...formatsOf(outputs)]).argParser((given: string) => checkedFormat(outputs, given));
  } else if (option.choices !== undefined) made.choices([...option.choices]);
  return made;
}

/** @throws TerminalError where a command takes no arguments and was given some */
function refuseArguments(spec: CommandSpec, given: readonly string[]): void {
  if (spec.arguments !== undefined || given.length === 0) return;
  const how = spec.options.includes('file')
    ? `name files and directories with -f: microscaling ${spec.name} ${given.map((word) => `-f ${word}`).join(' ')}`
    : spec.options.includes('policies')
      ? `name policies with --policies: microscaling ${spec.name} ${given.map((word) => `--policies ${word}`).join(' ')}`
      : `see microscaling ${spec.name} --help`;
  throw new TerminalError(`${spec.name} takes no arguments, but was given '${given.join(' ')}'; ${how}`);
}

async function runCommand(spec: CommandSpec, command: Command): Promise<number> {
  refuseArguments(spec, command.args);
  const options = readConfig(spec.options, { flags: command.opts(), env: process.env });
  if (process.env['MSS_USER_ID'] !== undefined && spec.options.includes('policies')) {
    process.stderr.write('note: MSS_USER_ID belonged to the predecessor and is ignored\n');
  }
  const context: CommandContext = {
    env: process.env,
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    printRaw: (text) => void process.stdout.write(text),
    noteRaw: (text) => void process.stderr.write(text),
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    signal: rootSignal({
      startedByNpm: process.env['npm_lifecycle_event'] !== undefined,
      watchNpm: watchParent,
    }),
    arguments: command.args,
    commands: COMMANDS,
  };
  const through = await throughTemplate(options.output, context);
  if (through === undefined) return await (await spec.load()).run(options, context);
  return await (await spec.load()).run({ ...options, output: through.output }, through.context);
}

/** `microscaling get | head` must not end in a stack trace. */
function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (error instanceof Shutdown) {
    process.stderr.write('microscaling: stopped\n');
    return 1;
  }
  const expected =
    error instanceof TerminalError || error instanceof TransientError || error instanceof WaitError;
  const text = expected || !(error instanceof Error) ? messageOf(error) : (error.stack ?? messageOf(error));
  process.stderr.write(`microscaling: ${text}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(report);
