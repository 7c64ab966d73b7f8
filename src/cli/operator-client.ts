// cli: asks a running operator. Says where it asked and what to do when nobody answers.

import { messageOf, TerminalError } from '../runtime/errors.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:8090';
const DEADLINE_MS = 10_000;

/** GETs JSON from the operator. */
export async function askOperator(
  server: string | undefined,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const base = baseUrl(server ?? DEFAULT_SERVER);
  const response = await request(`${base}${path}`, signal);
  const body = await response.text();
  if (!response.ok)
    throw new TerminalError(`${base}: ${statusMessage(body) ?? `answered ${response.status}`}`);
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new TerminalError(`${base}: this is not a microscaling operator (its answer is not JSON)`, {
      cause: error,
    });
  }
}

/**
 * `HOST:PORT` or a URL, without a trailing slash.
 *
 * @throws TerminalError for what is neither, and for one with a password in it, which is not repeated
 */
export function baseUrl(server: string): string {
  const url = /^https?:\/\//.test(server) ? server : `http://${server}`;
  if (!URL.canParse(url)) throw new TerminalError(`--server: '${server}' is not a URL or HOST:PORT`);
  const { username, password, host } = new URL(url);
  if (username !== '' || password !== '')
    throw new TerminalError(`--server: the URL for ${host} carries a user name or password; leave them out`);
  return url.replace(/\/+$/, '');
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    const why =
      error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new TerminalError(
      `no operator answers at ${new URL(url).origin} (${why}); start one with 'microscaling run' or name it with --server or MICROSCALING_API`,
      { cause: error },
    );
  }
}

function statusMessage(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'message' in value
      ? String(value.message)
      : undefined;
  } catch {
    return undefined;
  }
}
