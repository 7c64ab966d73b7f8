// app: command line, environment and config file become one frozen object, once.

import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import {
  configKeys,
  type OptionInput,
  type OptionName,
  type OptionValues,
  resolveOptions,
} from '../options.ts';

/**
 * Resolves the named options, reading the config file when one is named.
 *
 * @throws TerminalError that says which file, which key or which flag is wrong
 */
export function readConfig(names: readonly OptionName[], input: Omit<OptionInput, 'file'>): OptionValues {
  if (!names.includes('config')) return resolveOptions(names, input);
  const path = resolveOptions(['config'], input).config;
  const file = path === undefined ? {} : readConfigFile(path);
  return resolveOptions(names, { ...input, file });
}

function readConfigFile(path: string): Readonly<Record<string, unknown>> {
  const value = parse(path);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new TerminalError(`config file ${path}: must be a YAML object of options`);
  }
  const known = configKeys();
  const unknown = Object.keys(value).filter((key) => !known.has(key));
  if (unknown.length > 0) {
    throw new TerminalError(
      `config file ${path}: unknown option ${unknown.join(', ')}; known are ${[...known.keys()].join(', ')}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}

function parse(path: string): unknown {
  try {
    return load(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TerminalError(`config file ${path}: ${messageOf(error)}`, { cause: error });
  }
}
