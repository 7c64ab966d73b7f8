// schedulers/ecs/api: what goes over the wire to ECS, counted for people and told to metrics.

import type { SchedulerCall, SchedulerInfo, SchedulerStats } from '../../scheduler.ts';
import type { EcsFailure } from './failure.ts';

/** The short, closed list of what is asked. */
export const ECS_ACTIONS = {
  DescribeServices: 'read',
  ListServices: 'read',
  ListTasks: 'read',
  DescribeTasks: 'read',
  DescribeTaskDefinition: 'read',
  ListContainerInstances: 'read',
  DescribeContainerInstances: 'read',
  DescribeScalableTargets: 'read',
  GetTaskProtection: 'read',
  UpdateService: 'write',
  UpdateTaskProtection: 'write',
} as const;

export type EcsAction = keyof typeof ECS_ACTIONS;

interface EndedCall {
  readonly action: EcsAction;
  readonly durationMs: number;
  readonly failure?: EcsFailure | undefined;
  readonly aborted: boolean;
}

export class EcsCalls {
  readonly #tell: ((call: SchedulerCall) => void) | undefined;
  #stats: SchedulerStats = { writes: 0, conflicts: 0, reads: 0 };
  #last: { readonly isAnswered: boolean; readonly message: string } | undefined;

  constructor(tell: ((call: SchedulerCall) => void) | undefined) {
    this.#tell = tell;
  }

  get stats(): SchedulerStats {
    return this.#stats;
  }

  /** For people. */
  get health(): Pick<SchedulerInfo, 'reachable' | 'message'> {
    const { isAnswered, message } = this.#last ?? { isAnswered: false, message: 'not asked yet' };
    return { reachable: isAnswered, message };
  }

  ended({ action, durationMs, failure, aborted }: EndedCall): void {
    const isRead = ECS_ACTIONS[action] === 'read';
    const { writes, reads } = this.#stats;
    this.#stats = { ...this.#stats, writes: writes + Number(!isRead), reads: reads + Number(isRead) };
    // A refusal of a write is about the write: what reads say of the cluster stays.
    const isRefusedWrite = !isRead && outcomeOf(failure) === 'refused';
    if (!aborted && !isRefusedWrite)
      this.#last = { isAnswered: failure === undefined, message: failure?.message ?? 'answers' };
    const outcome = aborted ? 'aborted' : outcomeOf(failure);
    this.#tell?.({ scheduler: 'ecs', method: 'POST', endpoint: action, outcome, durationMs });
  }
}

function outcomeOf(failure: EcsFailure | undefined): SchedulerCall['outcome'] {
  if (failure === undefined) return 'ok';
  const { status } = failure.failure;
  if (status === undefined) return 'unreachable';
  return status >= 500 ? 'error' : 'refused';
}
