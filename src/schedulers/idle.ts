// schedulers: which tasks of an app are idle, by asking each of them. Who is not known to be idle is not.

import { durationMs } from '../api/duration.ts';
import type { IdleVictims } from '../api/policy.ts';
import type { TaskObservation } from '../core/observation.ts';
import type { Clock } from '../runtime/clock.ts';

/** What a task says at an address, as far as it is of use; rejects where it says nothing. */
export type AskTask = (url: string, signal: AbortSignal) => Promise<string>;

/** No more are asked for one fall: those that would go first. */
const MOST_ASKED = 64;
const IDLE = 'idle';

/**
 * Ids of the tasks that answered in time that they are idle.
 *
 * @param tasks in the order in which they would go
 */
export async function idleTasks(
  tasks: readonly TaskObservation[],
  { path, portIndex, within }: IdleVictims,
  { clock, ask }: { readonly clock: Clock; readonly ask: AskTask },
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const idle = new Set<string>();
  const asking = tasks.slice(0, MOST_ASKED).map(async ({ id, host, ports }) => {
    const port = ports?.[portIndex];
    if (host === undefined || port === undefined) return;
    const said = await ask(`http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`, until);
    if (said === IDLE && !until.aborted) idle.add(id);
  });
  const late = clock.sleep(durationMs(within), until).catch(() => undefined);
  await Promise.race([Promise.allSettled(asking), late]);
  ended.abort();
  signal.throwIfAborted();
  return new Set(idle);
}

/** Follows no redirect, sends no credentials, and reads no more than the first bytes. */
export const askOverHttp: AskTask = async (url, signal) => {
  const answer = await fetch(url, { redirect: 'error', signal });
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return answer.status === 200 ? new TextDecoder().decode(first?.value?.subarray(0, 16)).trim() : '';
};
