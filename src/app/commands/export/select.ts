// app: the running apps that a person named, in the order named.

import { closest } from '../../../api/words/suggest.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { MarathonClient } from '../../../schedulers/marathon/http/client.ts';
import type { MarathonApp } from '../../../schedulers/marathon/schema.ts';

/**
 * @param names ids, with or without the leading slash; `/group/*` stands for all apps below a group, by id
 * @throws TerminalError for a name that means no app; TransientError when Marathon cannot be read
 */
export async function selectApps(
  client: MarathonClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly MarathonApp[]> {
  const found = await Promise.all(names.map((name) => named(client, absolute(name), signal)));
  return [...new Map(found.flat().map((app) => [app.id, app])).values()];
}

async function named(
  client: MarathonClient,
  id: string,
  signal: AbortSignal,
): Promise<readonly MarathonApp[]> {
  if (!id.endsWith('/*')) return [(await client.app(id, signal)) ?? (await missing(client, id, signal))];
  const group = id.slice(0, -1);
  const apps = (await client.apps('', signal)).filter((app) => app.id.startsWith(group));
  if (apps.length === 0) throw new TerminalError(`there is no app below ${group} at ${client.url}`);
  return apps.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function missing(client: MarathonClient, id: string, signal: AbortSignal): Promise<never> {
  const ids = (await client.apps('', signal)).map((app) => app.id);
  const near = closest(id, ids);
  const hint = near === undefined ? `there are ${ids.length} apps` : `did you mean ${near}?`;
  throw new TerminalError(`there is no app ${id} at ${client.url}; ${hint}`);
}

function absolute(name: string): string {
  return `/${name.split('/').filter(Boolean).join('/')}`;
}
