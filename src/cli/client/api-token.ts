// cli: the bearer token for an operator's API, by reference: a token in the arguments would be in every list of processes.

import { readFileSync } from 'node:fs';
import type { OptionValues } from '../../app/options.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { CommandContext } from '../command.ts';

/**
 * From `--api-token-file`, else `MICROSCALING_API_TOKEN`; undefined where neither is given.
 *
 * @throws TerminalError for a file that cannot be read and for a token too short to be one
 */
export function apiTokenOf(
  { apiTokenFile }: Pick<OptionValues, 'apiTokenFile'>,
  { env }: Pick<CommandContext, 'env'>,
): string | undefined {
  if (apiTokenFile !== undefined) {
    const place = `--api-token-file ${apiTokenFile}`;
    return checkedToken(readText(apiTokenFile, place), place);
  }
  const { MICROSCALING_API_TOKEN: token } = env;
  return token ? checkedToken(token, 'MICROSCALING_API_TOKEN') : undefined;
}

function readText(path: string, place: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TerminalError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

/** What an HTTP header can carry: a token with a line break in it would break out of it. */
function checkedToken(text: string, place: string): string {
  const token = text.trim();
  if (token.length < 16) throw new TerminalError(`${place}: the token must have at least 16 characters`);
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new TerminalError(`${place}: the token must be one word of printable ASCII characters`);
  return token;
}
