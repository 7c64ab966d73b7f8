// controller: whether this instance of the operator may write, where another one may be running beside it.

import type { AppObservation, TaskObservation } from '../../core/observation.ts';
import type { LeadershipState } from '../../policy-sources/leadership-state.ts';
import type { Clock } from '../../runtime/clock.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';

/**
 * Asked once per round and before each write; throws what reading the scheduler throws.
 *
 * @param pool whose pool it is about, since pools may be split over operators; undefined: about none of them
 */
export type Leadership = (signal: AbortSignal, pool: string | undefined) => Promise<LeadershipState>;

/** The task that this process is, as its environment says. */
export interface TaskIdentity {
  readonly taskId: string;
  readonly appId: string;
}

/** Nobody else is there. */
export const soleInstance: Leadership = async () => ({ acting: true, reason: 'there is no other instance' });

/** So long an older instance has to see the newer one and to end what it is writing. */
export const HANDOVER_MS = 3_000;
const RETRY_MS = 1_000;

/**
 * For an operator that its own scheduler runs as an app: the newest running task of the app acts, every other one stands by.
 * The view is as old as the scheduler's event stream is late, or 1 s where there is none; the handover covers that.
 */
export function taskLeadership(
  { taskId, appId }: TaskIdentity,
  {
    scheduler,
    words,
    clock,
  }: {
    readonly scheduler: Pick<Scheduler, 'observe'>;
    readonly words: SchedulerWords;
    readonly clock: Pick<Clock, 'monotonic'>;
  },
): (signal: AbortSignal) => Promise<LeadershipState> {
  let newestSinceMs: number | undefined;
  return async (signal) => {
    const app = (await scheduler.observe([appId], signal)).apps.get(appId);
    const newest = newestRunning(app);
    if (newest?.id !== taskId) {
      newestSinceMs = undefined;
      return { acting: false, reason: whyNot(newest, { taskId, appId }, words) };
    }
    newestSinceMs ??= clock.monotonic();
    const older = app?.tasks.find((task) => task.id !== taskId && hasProcess(task));
    if (older === undefined) return { acting: true, reason: `task ${taskId} is the only one of ${appId}` };
    if (clock.monotonic() - newestSinceMs < HANDOVER_MS) {
      return { acting: false, reason: `task ${older.id} of ${appId} is handing over to this one` };
    }
    return { acting: true, reason: `task ${taskId} is the newest of ${appId}` };
  };
}

/** `unreachable` may still run: nobody knows. */
const HAS_PROCESS: ReadonlySet<TaskObservation['phase']> = new Set(['running', 'killing', 'unreachable']);

/** Whether a task may still write somewhere. */
export function hasProcess({ phase }: Pick<TaskObservation, 'phase'>): boolean {
  return HAS_PROCESS.has(phase);
}

function newestRunning(app: AppObservation | undefined): TaskObservation | undefined {
  const running = app?.tasks.filter(({ phase }) => phase === 'running') ?? [];
  return running.reduce<TaskObservation | undefined>(
    (newest, task) => (newest === undefined || isNewer(task, newest) ? task : newest),
    undefined,
  );
}

/** All instances must come to the same answer, also about two that started in the same moment. */
function isNewer(a: TaskObservation, b: TaskObservation): boolean {
  const [startedA, startedB] = [a.startedAtMs ?? 0, b.startedAtMs ?? 0];
  return startedA === startedB ? a.id > b.id : startedA > startedB;
}

function whyNot(
  newest: TaskObservation | undefined,
  { taskId, appId }: TaskIdentity,
  words: SchedulerWords,
): string {
  return newest === undefined
    ? `${words.name} does not list task ${taskId} of ${appId} as running`
    : `task ${newest.id} of ${appId} is newer and acts`;
}

/** Runs a write of an instance that acts; the pool is not handed over to another operator before it has ended. */
export async function beforeHandover<T>(
  { begin }: Pick<LeadershipState, 'begin'>,
  write: () => Promise<T>,
): Promise<T> {
  if (begin === undefined) return await write();
  const end = begin();
  if (end === undefined) throw new WaitError('the pool is being handed over to another operator', RETRY_MS);
  try {
    return await write();
  } finally {
    end();
  }
}

/** The same scheduler, with every write refused while this instance stands by for the pool. */
export function whileActing(
  scheduler: Pick<Scheduler, 'apply'>,
  leadership: Leadership,
  pool: string | undefined,
): Pick<Scheduler, 'apply'> {
  return {
    apply: async (change, signal) => {
      const state = await leadership(signal, pool);
      const { acting, reason, lost } = state;
      if (!acting) throw new WaitError(`this instance of the operator stands by: ${reason}`, RETRY_MS);
      const within = lost === undefined ? signal : AbortSignal.any([signal, lost]);
      return await beforeHandover(state, () => scheduler.apply(change, within));
    },
  };
}
