// schedulers/ecs/write: has idle tasks go first when a service shrinks: ECS chooses whom it stops, but not among those that are
// protected.

import type { ProtectedTask } from '@aws-sdk/client-ecs';
import type { IdleVictims } from '../../../api/policy.ts';
import { askWhoIsIdle, type IdleDeps } from '../../idle/ask.ts';
import type { EcsApi } from '../api/ecs-api.ts';
import type { SeenService } from '../read/look.ts';
import { taskObservationOf } from '../read/task.ts';
import { lastOf, type ServiceName } from '../target.ts';

export interface Fall {
  readonly name: ServiceName;
  readonly look: SeenService;
  /** How many go. */
  readonly by: number;
  readonly idleVictims: IdleVictims;
}

interface ProtectDeps extends Omit<IdleDeps, 'enough'> {
  readonly api: EcsApi;
}

/** Long enough for the fall; a deployment waits for it as well. */
const PROTECTED_MINUTES = 2;
/** Between times of one protection as two answers tell them. */
const SAME_WITHIN_MS = 1_000;

/** Protects busy tasks before a fall, and knows which it protected: a task that protects itself is never overruled. */
export class Protection {
  /** Until when ECS says that it lasts, by ARN. */
  readonly #ours = new Map<string, number>();

  /**
   * Protects busy tasks, and as many as may stay: one that is protected beyond that would keep the count from falling. Tasks
   * that do not run yet may go first anyway.
   */
  async before(
    { name, look, by, idleVictims }: Fall,
    { api, ...deps }: ProtectDeps,
    signal: AbortSignal,
  ): Promise<void> {
    const running = look.tasks.filter(({ phase }) => phase === 'running');
    const stay = running.length - by;
    if (stay <= 0) return;
    const asked = running.flatMap((task) => taskObservationOf(task, look.template.ports) ?? []);
    const { idle } = await askWhoIsIdle(asked, idleVictims, { ...deps, enough: by }, signal);
    // Whoever does not answer is not known to be idle; where nobody is, nothing is won.
    if (idle.size === 0) return;
    const busyFirst = running.toSorted(
      (a, b) => Number(idle.has(lastOf(a.arn))) - Number(idle.has(lastOf(b.arn))),
    );
    const busy = busyFirst.slice(0, stay).map(({ arn }) => arn);
    const nowMs = deps.clock.now();
    for (const [arn, untilMs] of [...this.#ours]) if (untilMs <= nowMs) this.#ours.delete(arn);
    const { cluster } = name;
    const leaving = busyFirst.slice(stay).flatMap(({ arn }) => (this.#ours.has(arn) ? [arn] : []));
    const keep = busy.filter((arn) => !idle.has(lastOf(arn)));
    const asIs = await protectionOf([...leaving, ...keep], cluster, api, signal);
    const ours = leaving.filter((arn) => this.#isOurs(arn, asIs.get(arn)));
    if (ours.length > 0) await api.protect({ cluster, tasks: ours }, undefined, signal);
    for (const arn of leaving) this.#ours.delete(arn);
    const protect = keep.filter((arn) => {
      const state = asIs.get(arn);
      return state === 'none' || this.#isOurs(arn, state);
    });
    if (protect.length === 0) return;
    for (const task of await api.protect({ cluster, tasks: protect }, PROTECTED_MINUTES, signal)) {
      const untilMs = stateOf(task);
      if (task.taskArn !== undefined && typeof untilMs === 'number') this.#ours.set(task.taskArn, untilMs);
    }
  }

  /** Whoever protects itself meanwhile has it until another time. */
  #isOurs(arn: string, state: State | undefined): boolean {
    const untilMs = this.#ours.get(arn);
    return typeof state === 'number' && untilMs !== undefined && Math.abs(state - untilMs) <= SAME_WITHIN_MS;
  }
}

/** Not protected, or until when (ms since the epoch). */
type State = number | 'none';

/** A task of which it is not known is left out. */
async function protectionOf(
  arns: readonly string[],
  cluster: string,
  api: EcsApi,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, State>> {
  const answers = await api.protection(cluster, arns, signal);
  return new Map(
    answers.flatMap((task) => {
      const state = stateOf(task);
      return task.taskArn === undefined || state === undefined ? [] : [[task.taskArn, state] as const];
    }),
  );
}

function stateOf({ protectionEnabled, expirationDate }: ProtectedTask): State | undefined {
  return protectionEnabled === false ? 'none' : expirationDate?.getTime();
}
