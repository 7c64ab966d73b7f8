// schedulers/ecs/write: has idle tasks go first when a service shrinks: ECS chooses whom it stops, but not among those that are
// protected.

import type { IdleVictims } from '../../../api/policy.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { type AskTask, idleTasks } from '../../idle.ts';
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

interface ProtectDeps {
  readonly api: EcsApi;
  readonly clock: Clock;
  readonly ask: AskTask;
}

/** Long enough for the fall; a deployment waits for it as well. */
const PROTECTED_MINUTES = 2;
const PROTECTED_MS = PROTECTED_MINUTES * 60_000;

/** What it protected itself: whoever protects its own work in its task is never overruled. */
export class Protection {
  /** Until when, by ARN. */
  readonly #ours = new Map<string, number>();

  /**
   * Protects busy tasks, and as many as may stay: one that is protected beyond that would keep the count from falling. Tasks
   * that do not run yet may go first anyway.
   */
  async before(
    { name, look, by, idleVictims }: Fall,
    { api, clock, ask }: ProtectDeps,
    signal: AbortSignal,
  ): Promise<void> {
    const running = look.tasks.filter(({ phase }) => phase === 'running');
    const stay = running.length - by;
    if (stay <= 0) return;
    const asked = running.flatMap((task) => taskObservationOf(task, look.template.ports) ?? []);
    const idle = await idleTasks(asked, idleVictims, { clock, ask, enough: by }, signal);
    // Whoever does not answer is not known to be idle; where nobody is, nothing is won.
    if (idle.size === 0) return;
    const busyFirst = running.toSorted(
      (a, b) => Number(idle.has(lastOf(a.arn))) - Number(idle.has(lastOf(b.arn))),
    );
    const busy = busyFirst.slice(0, stay).map(({ arn }) => arn);
    const goes = busyFirst.slice(stay).map(({ arn }) => arn);
    const nowMs = clock.monotonic();
    const ours = goes.filter((arn) => (this.#ours.get(arn) ?? 0) > nowMs);
    const { cluster } = name;
    if (ours.length > 0) await api.protect({ cluster, tasks: ours }, undefined, signal);
    for (const arn of ours) this.#ours.delete(arn);
    const protect = busy.filter((arn) => !idle.has(lastOf(arn)));
    if (protect.length > 0) await api.protect({ cluster, tasks: protect }, PROTECTED_MINUTES, signal);
    for (const [arn, untilMs] of [...this.#ours]) if (untilMs <= nowMs) this.#ours.delete(arn);
    for (const arn of protect) this.#ours.set(arn, nowMs + PROTECTED_MS);
  }
}
