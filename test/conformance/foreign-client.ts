// test support: somebody else's Marathon client, run as a process that reports each of its checks as a line of TAP.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { printed, type RunningCommand } from '../support/programs/command.ts';
import type { Laptop } from '../support/programs/laptop.ts';

/** What a client found: `ok`, or what went wrong, by the name of the check. */
export type Report = ReadonlyMap<string, string>;

/** The embedded Marathon as `microscaling marathon --agents 3` starts it, with its base URL. */
export async function threeAgents(
  laptop: Laptop,
  more: readonly string[] = [],
): Promise<{ readonly url: string; readonly command: RunningCommand }> {
  const command = laptop.start(['marathon', '--port', '0', '--agents', '3', '--cpus', '6', ...more]);
  const url = (await printed(command, /Marathon API at (http:\S+)/))[1] ?? '';
  return { url, command };
}

/**
 * Runs a client to its end. It must print `ok NAME` or `not ok NAME # REASON` for every check and end well; whatever
 * else it prints on standard error is only shown when it does not.
 */
export async function reportOf(command: string, args: readonly string[]): Promise<Report> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${stdout}\n${stderr}`);
  return parseTap(stdout);
}

function parseTap(text: string): Report {
  const lines = text.matchAll(/^(not )?ok (.+?)(?: # (.*))?$/gm);
  return new Map([...lines].map(([, not, name = '', reason]) => [name, not ? `not ok: ${reason}` : 'ok']));
}

/**
 * Whether to skip the tests of a client: `look` throws when it is not there. Prints why. With `required`, a missing
 * client under CI is a failure, so there it is never skipped.
 */
export function missing(what: string, look: () => void, { required = true } = {}): boolean {
  if (required && process.env['CI'] === 'true') return false;
  try {
    look();
    return false;
  } catch (error) {
    console.warn(`skipped: no ${what} (${String(error).split('\n')[0]})`);
    return true;
  }
}
