// runtime: long-running parts of a process, started in groups and stopped in reverse.

import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';

export interface Runnable {
  readonly name: string;
  /** Resolves once `signal` is aborted and everything is put away; anything earlier ends the process. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when parts of later groups may start; absent: at once. Rejects with `signal.reason` when aborted. */
  ready?(signal: AbortSignal): Promise<void>;
}

/** A part that ended although nobody asked it to. */
export class RunnableEnded extends Error {
  override readonly name = 'RunnableEnded';
}

interface Started {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Runs `groups` until `signal` is aborted or a part ends by itself: the last group is stopped first, each one
 * completely before the one before it. Throws what made a part fail, after everything has stopped.
 */
export async function runGroups(
  groups: readonly (readonly Runnable[])[],
  signal: AbortSignal,
): Promise<void> {
  const failures: unknown[] = [];
  const anyEnd = new AbortController();
  const over = AbortSignal.any([signal, anyEnd.signal]);
  const started: Started[] = [];
  const fail = (failure: unknown): void => {
    failures.push(failure);
    anyEnd.abort(failure);
  };
  for (const group of groups) {
    if (over.aborted) break;
    started.push(startGroup(group, fail));
    await allReady(group, over, fail);
  }
  await aborted(over);
  for (const { stop, ended } of started.reverse()) {
    stop.abort(over.reason);
    await ended;
  }
  if (failures.length > 0) throw failures[0];
}

function startGroup(group: readonly Runnable[], onFailure: (failure: unknown) => void): Started {
  const stop = new AbortController();
  const ended = group.map(async (runnable) => {
    try {
      await runnable.run(stop.signal);
      if (!stop.signal.aborted) onFailure(new RunnableEnded(`${runnable.name} ended by itself`));
    } catch (error) {
      if (stop.signal.aborted && error === stop.signal.reason) return;
      onFailure(new RunnableEnded(`${runnable.name}: ${messageOf(error)}`, { cause: error }));
    }
  });
  return { stop, ended: Promise.all(ended).then(() => undefined) };
}

/** Waits until a group is ready; a part that cannot get ready is a failure like any other. */
async function allReady(
  group: readonly Runnable[],
  signal: AbortSignal,
  onFailure: (failure: unknown) => void,
): Promise<void> {
  try {
    await Promise.all(group.map((runnable) => runnable.ready?.(signal)));
  } catch (error) {
    if (!signal.aborted) onFailure(error);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Runs `work` again, after a growing pause, whenever it ends or fails before `signal` is aborted. */
export async function keepRunning(
  work: (signal: AbortSignal) => Promise<void>,
  deps: {
    readonly clock: Clock;
    readonly backoffMs: { next(): number };
    readonly onEnd: (reason: string) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let reason = 'ended by itself';
    try {
      await work(signal);
    } catch (error) {
      reason = messageOf(error);
    }
    if (signal.aborted) return;
    deps.onEnd(reason);
    // An aborted pause ends the loop at its head.
    await deps.clock.sleep(deps.backoffMs.next(), signal).catch(() => undefined);
  }
}
