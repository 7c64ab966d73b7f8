// app: the one option table. Flag, environment variable, config-file key, default and help text of every option;
// the parser, `--help` and the tests are made from it.

import { ASKING_OPTIONS } from './options/asking.ts';
import { convert, type Found } from './options/convert.ts';
import { INSTALL_OPTIONS } from './options/install.ts';
import { MARATHON_OPTIONS } from './options/marathon.ts';
import { OPERATOR_OPTIONS } from './options/operator.ts';
import { SIMULATE_OPTIONS } from './options/simulate.ts';
import type { OptionSpec, OptionTable, ValueTypes } from './options/spec.ts';
import { TRUST_OPTIONS } from './options/trust.ts';

export type { Address, OptionSpec, OptionType } from './options/spec.ts';

export const OPTIONS = {
  ...OPERATOR_OPTIONS,
  ...ASKING_OPTIONS,
  ...TRUST_OPTIONS,
  ...INSTALL_OPTIONS,
  ...SIMULATE_OPTIONS,
  ...MARATHON_OPTIONS,
} as const satisfies OptionTable;

export type OptionName = keyof typeof OPTIONS;

export type OptionValues = {
  readonly [N in OptionName]?: ValueTypes[(typeof OPTIONS)[N]['type']];
};

/** Where options come from, strongest first. */
export interface OptionInput {
  /** As the command line gave them: text, list of texts, or true. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The parsed config file. */
  readonly file?: Readonly<Record<string, unknown>>;
}

/**
 * Values of the named options: flag, else environment, else config file; absent where nobody said anything.
 *
 * @throws TerminalError that names the place of the value and what is wrong with it
 */
export function resolveOptions(names: readonly OptionName[], input: OptionInput): OptionValues {
  const entries = names.flatMap((name): [string, unknown][] => {
    const found = lookUp(name, input);
    return found === undefined ? [] : [[name, convert(OPTIONS[name], found)]];
  });
  return Object.freeze(Object.fromEntries(entries)) as OptionValues;
}

/** Keys that the config file may hold. */
export function configKeys(): ReadonlyMap<string, OptionName> {
  return new Map(
    (Object.entries(OPTIONS) as [OptionName, OptionSpec][]).flatMap(([name, spec]) =>
      spec.key === undefined ? [] : [[spec.key, name]],
    ),
  );
}

function lookUp(name: OptionName, input: OptionInput): Found | undefined {
  const spec: OptionSpec = OPTIONS[name];
  const flag = input.flags[name];
  if (flag !== undefined) return { raw: flag, place: spec.flag };
  for (const variable of spec.env) {
    const value = input.env[variable];
    if (value !== undefined && value !== '') return { raw: value, place: variable };
  }
  const value = spec.key === undefined ? undefined : input.file?.[spec.key];
  return value === undefined ? undefined : { raw: value, place: `config file, ${spec.key}` };
}
