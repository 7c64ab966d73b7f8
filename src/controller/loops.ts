// controller: how the operator's work queues and watches are run, with the same patience for all of them.

import { defined } from '../lang/defined.ts';
import type { ObjectRef, PolicySource } from '../policy-sources/source.ts';
import { Backoff } from '../runtime/work/backoff.ts';
import { type Reconciler, runController } from '../runtime/work/controller.ts';
import type { Turn } from '../runtime/work/fair-turns.ts';
import { keepRunning, type Runnable } from '../runtime/work/runnables.ts';
import type { WorkQueue } from '../runtime/work/workqueue.ts';
import type { SourceFollower } from './policies/source-follower.ts';
import type { OperatorDeps } from './ports.ts';

type LoopDeps = Pick<OperatorDeps, 'clock' | 'log' | 'random'>;

/** Keys are independent; this many are worked on at the same time, where a caller does not say otherwise. */
const WORKERS = 8;
/** A round mostly waits for what it asked: rounds of a cluster that answers slowly must not hold up those of another. */
export const ROUNDS_AT_ONCE = 256;
const ROUND_TIMEOUT_MS = 30_000;
const GRACE_MS = 5_000;
const TERMINAL_RETRY_MS = 30_000;
/** Twice what a round may take at the most, and its grace: what takes longer does not end by itself. */
const STANDSTILL_MS = 2 * (ROUND_TIMEOUT_MS + GRACE_MS);

/** Works on the keys of a queue until aborted. */
export async function runQueue<K>(
  {
    queue,
    reconciler,
    workers = WORKERS,
    turn,
  }: {
    readonly queue: WorkQueue<K>;
    readonly reconciler: Reconciler<K>;
    readonly workers?: number;
    readonly turn?: Turn | undefined;
  },
  { clock, log, random }: LoopDeps,
  signal: AbortSignal,
): Promise<void> {
  const options = {
    queue,
    reconciler,
    clock,
    log,
    backoff: new Backoff<K>({ baseMs: 500, maxMs: 5_000, random }),
    workers,
    timeoutMs: ROUND_TIMEOUT_MS,
    graceMs: GRACE_MS,
    terminalRetryMs: TERMINAL_RETRY_MS,
    ...defined({ turn }),
  };
  await runController(options, signal);
}

/** The first queue whose work does not go on, in a sentence; undefined while all do. */
export function standstillOf(
  queues: Readonly<Record<string, Pick<WorkQueue<unknown>, 'standstillMs'>>>,
): string | undefined {
  for (const [name, queue] of Object.entries(queues)) {
    const ms = queue.standstillMs();
    if (ms < STANDSTILL_MS) continue;
    return `${name} stand still for ${Math.round(ms / 1_000)} s: restart the operator, and please report this with its log`;
  }
  return undefined;
}

/** Adds a source to the queue whenever it says that it may have changed. */
export function watching(
  source: PolicySource,
  listings: WorkQueue<PolicySource>,
  { clock, random, log, noticed }: LoopDeps & Pick<SourceFollower, 'noticed'>,
): Runnable {
  const backoff = new Backoff<PolicySource>({ baseMs: 500, maxMs: 30_000, random });
  const onEnd = (reason: string): void =>
    log.warn('watching a policy source ended; changes are seen late until it runs again', {
      source: source.name,
      reason,
    });
  const onChange = (changed?: ObjectRef): void => {
    noticed(source, changed);
    listings.add(source);
  };
  return {
    name: `watch ${source.name}`,
    run: (signal) =>
      keepRunning(
        (s) => source.watch(onChange, s),
        { clock, backoffMs: { next: () => backoff.next(source) }, onEnd },
        signal,
      ),
  };
}
