// app: where the operator of this environment listens, and where it is listening already.

import { readFileSync } from 'node:fs';
import { type Address, type OptionValues, resolveOptions } from '../../options.ts';
import { taskAddress } from '../task.ts';

type Env = Readonly<Record<string, string | undefined>>;

const LOOPBACK: Address = { host: '127.0.0.1', port: 8090 };

/**
 * What was asked for, else what Marathon tells the world about the task, else the default: the image's where it sets
 * one, since a published port leads to no loopback.
 *
 * @throws TerminalError for an address that is none
 */
export function apiAddress({ api }: Pick<OptionValues, 'api'>, env: Env): Address {
  if (api !== undefined) return api;
  const preset = resolveOptions(['api'], {
    flags: {},
    env: { MICROSCALING_API: env['MICROSCALING_DEFAULT_API'] },
  });
  return taskAddress(env) ?? preset.api ?? LOOPBACK;
}

/**
 * Of the operator that is a container's main process, by its arguments; undefined where that runs something else.
 *
 * @param words the arguments of the main process
 */
export function runningAddress(words: readonly string[], env: Env): Address | undefined {
  const at = words.indexOf('run');
  if (at < 0) return undefined;
  const rest = words.slice(at + 1);
  const given = rest.flatMap((word, i) =>
    word === '--api' ? [rest[i + 1]] : word.startsWith('--api=') ? [word.slice('--api='.length)] : [],
  );
  const options = resolveOptions(['api'], { flags: { api: given.at(-1) }, env });
  return apiAddress(options, env);
}

/** Of process 1, where the system shows them. */
export function mainProcessArguments(): readonly string[] {
  try {
    return readFileSync('/proc/1/cmdline', 'utf8').split('\0');
  } catch {
    return [];
  }
}
