// test support: a command called as a function: no environment, no terminal, and what it prints in a list.

import { OPTIONS, type OptionName, type OptionValues, resolveOptions } from '../../src/app/options.ts';
import type { CommandContext } from '../../src/cli/command.ts';

export function aCommandContext(): { readonly context: CommandContext; readonly printed: readonly string[] } {
  const printed: string[] = [];
  const context: CommandContext = {
    env: {},
    print: (line) => void printed.push(line),
    note: () => undefined,
    printRaw: () => undefined,
    noteRaw: () => undefined,
    stdoutIsTty: false,
    stderrIsTty: false,
    signal: new AbortController().signal,
    arguments: [],
    commands: [],
  };
  return { context, printed };
}

/** @throws as the command line does for flags that are not right */
export function optionsOf(flags: Readonly<Record<string, unknown>>): OptionValues {
  return resolveOptions(Object.keys(OPTIONS) as OptionName[], { flags, env: {} });
}
