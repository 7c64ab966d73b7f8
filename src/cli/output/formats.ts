// cli: what `-o` accepts. Whatever can be JSON can be a JSONPath template over it.

import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command.ts';

/** What begins an `-o` that holds a template. */
export const JSONPATH = 'jsonpath=';

/** With what stands for a template, as `--help` shows them. */
export function formatsOf(outputs: readonly string[]): readonly string[] {
  return outputs.includes('json') ? [...outputs, `${JSONPATH}TEMPLATE`] : outputs;
}

/** @throws InvalidArgumentError for what is none of them */
export function checkedFormat(outputs: readonly string[], given: string): string {
  if (outputs.includes(given) || (outputs.includes('json') && given.startsWith(JSONPATH))) return given;
  throw new InvalidArgumentError(`Allowed choices are ${formatsOf(outputs).join(', ')}.`);
}

/**
 * A command that is asked for a template prints JSON as ever; each document that it prints goes through the template.
 * Nothing is put behind the text: a template ends its lines itself, as kubectl's do.
 *
 * @throws TerminalError that says what is wrong with the template
 */
export async function throughTemplate(
  output: string | undefined,
  context: CommandContext,
): Promise<{ readonly output: string; readonly context: CommandContext } | undefined> {
  if (output?.startsWith(JSONPATH) !== true) return undefined;
  // Nothing else needs its library, the programs of tasks least of all.
  const { jsonPath } = await import('./jsonpath.ts');
  const textOf = jsonPath(output.slice(JSONPATH.length));
  const print = (text: string): void => context.printRaw(textOf(JSON.parse(text)));
  return { output: 'json', context: { ...context, print } };
}
