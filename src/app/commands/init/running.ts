// app: `init`: what a Marathon runs, where one is named.

import { systemClock } from '../../../runtime/clock.ts';
import { clientOf, clusterTarget } from '../cluster-target.ts';
import type { Running } from './questions.ts';

/**
 * Undefined where no Marathon is named.
 *
 * @throws TransientError or TerminalError when it cannot be asked
 */
export async function runningAt(
  urls: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Running | undefined> {
  if (urls.length === 0) return undefined;
  const client = clientOf(clusterTarget([], urls).marathon, { env, clock: systemClock });
  try {
    const apps = await client.apps('', signal);
    const sorted = apps
      .map(({ id, instances }) => [id, instances] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return { url: client.url, instances: new Map(sorted) };
  } finally {
    client.close();
  }
}
