// schedulers: which tasks of an app are idle, by asking each of them. Who is not known to be idle is not.

import { durationMs } from '../api/duration.ts';
import type { IdleVictims } from '../api/policy.ts';
import type { TaskObservation } from '../core/observation.ts';
import type { Clock } from '../runtime/clock.ts';

/** What a task says at an address, as far as it is of use; rejects where it says nothing. */
export type AskTask = (url: string, signal: AbortSignal) => Promise<string>;

/** So many are asked at once, those first that would go first. */
const ASKED_AT_ONCE = 64;
const IDLE = 'idle';
/**
 * The last part of the time begins only when the rest is over: a process that was kept from running reads in it the answers
 * that came meanwhile, which a single timer would come before.
 */
const LAST_PART = 0.2;
/** Where it all took so much longer than it may, nobody who said so need still be idle: they are asked again. */
const TOO_LATE_MS = 100;
const MOST_ROUNDS = 3;

export interface IdleDeps {
  readonly clock: Clock;
  readonly ask: AskTask;
  /** How many are to go: when so many are known to be idle, no more are asked. Absent: all are asked. */
  readonly enough?: number;
}

/**
 * Ids of the tasks that answered in time that they are idle.
 *
 * @param tasks in the order in which they would go
 */
export async function idleTasks(
  tasks: readonly TaskObservation[],
  probe: IdleVictims,
  deps: IdleDeps,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { clock } = deps;
  for (let round = 1; ; round++) {
    const beganMs = clock.monotonic();
    const idle = await askAll(tasks, probe, deps, signal);
    const lateMs = clock.monotonic() - beganMs - durationMs(probe.within);
    if (lateMs <= TOO_LATE_MS || round === MOST_ROUNDS) return idle;
  }
}

async function askAll(
  tasks: readonly TaskObservation[],
  { path, portIndex, within }: IdleVictims,
  { clock, ask, enough = tasks.length }: IdleDeps,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const idle = new Set<string>();
  const askOne = async ({ id, host, ports }: TaskObservation): Promise<void> => {
    const port = ports?.[portIndex];
    if (host === undefined || port === undefined) return;
    const said = await ask(`http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`, until);
    if (said === IDLE && !until.aborted) idle.add(id);
  };
  const askInTurns = async (): Promise<void> => {
    for (let from = 0; from < tasks.length && idle.size < enough && !until.aborted; from += ASKED_AT_ONCE)
      await Promise.allSettled(tasks.slice(from, from + ASKED_AT_ONCE).map(askOne));
  };
  await Promise.race([askInTurns(), timeIsUp(durationMs(within), clock, until)]);
  ended.abort();
  signal.throwIfAborted();
  return new Set(idle);
}

async function timeIsUp(withinMs: number, clock: Clock, until: AbortSignal): Promise<void> {
  try {
    await clock.sleep((1 - LAST_PART) * withinMs, until);
    await clock.sleep(LAST_PART * withinMs, until);
  } catch {
    // All have answered, or the process ends.
  }
}

/** Follows no redirect, sends no credentials, and reads no more than the first bytes. */
export const askOverHttp: AskTask = async (url, signal) => {
  const answer = await fetch(url, { redirect: 'error', signal });
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return answer.status === 200 ? new TextDecoder().decode(first?.value?.subarray(0, 16)).trim() : '';
};
