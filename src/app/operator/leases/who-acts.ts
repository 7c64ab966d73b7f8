// app: who acts: of several instances of this operator, and of several operators that share policies. A Lease says so in
// Kubernetes; where Marathon runs the operators its tasks do, with claims where there is a selector.

import { type Leadership, type TaskIdentity, taskLeadership } from '../../../controller/watch/leadership.ts';
import type { Shard } from '../../../controller/watch/shard.ts';
import { defined } from '../../../lang/defined.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Claims } from '../../../schedulers/scheduler.ts';
import type { Kubernetes } from '../kubernetes.ts';
import type { OpenSchedulers } from '../schedulers.ts';
import { type CarriedState, shardSelector } from './shard.ts';
import { openTaskShard, type TaskShard } from './task-shard.ts';

export interface WhoActsDeps {
  readonly kubernetes: Pick<Kubernetes, 'leadership' | 'acting' | 'shard'> | undefined;
  /** As a task of Marathon: acts only while it is the newest of its app. */
  readonly task: TaskIdentity | undefined;
  /** Of the pools of this operator, as it was written. */
  readonly selector: string | undefined;
  readonly carried: CarriedState;
  readonly clock: Clock;
  readonly log: Logger;
  /** The pools whose policies name a workload. */
  readonly poolsOf: (workload: string) => readonly string[];
}

/** Of a scheduler that keeps none. */
const NO_CLAIMS: Claims = {
  all: async () => [],
  add: async () => false,
  remove: async () => undefined,
  isHidden: async () => false,
};

/** What the controller asks. */
export interface Acting {
  readonly leadership?: Leadership;
  readonly shard?: Shard;
  /** Takes and gives back pools until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export class WhoActs {
  readonly #deps: WhoActsDeps;
  #taskShard: TaskShard | undefined;

  constructor(deps: WhoActsDeps) {
    this.#deps = deps;
  }

  /** For schedulers, which work between rounds, too; undefined where nobody else can be there. */
  get isActing(): ((workload?: string) => boolean) | undefined {
    const { kubernetes, task } = this.#deps;
    if (kubernetes === undefined && task === undefined) return undefined;
    return (workload) => this.#actsFor(workload);
  }

  /**
   * Calls nobody yet.
   *
   * @throws TerminalError where the scheduler has no place for what operators agree on
   */
  open(schedulers: Pick<OpenSchedulers, 'own' | 'words' | 'claims'>): Acting {
    const { kubernetes, task, clock } = this.#deps;
    const byTask =
      task && taskLeadership(task, { scheduler: schedulers.own(), words: schedulers.words, clock });
    if (kubernetes === undefined && task !== undefined && byTask !== undefined)
      this.#taskShard = this.#shardOf(task, byTask, schedulers);
    const { leadership, shard } = kubernetes ?? this.#taskShard ?? {};
    return {
      ...defined({ leadership, shard }),
      run: async (signal) => await this.#taskShard?.run(signal),
    };
  }

  #shardOf(
    task: TaskIdentity,
    byTask: (signal: AbortSignal) => ReturnType<Leadership>,
    schedulers: Pick<OpenSchedulers, 'own' | 'words' | 'claims'>,
  ): TaskShard {
    const { clock, log, carried } = this.#deps;
    const selector = shardSelector(this.#deps.selector);
    const claims = schedulers.claims();
    const { name } = schedulers.words;
    if (claims === undefined && selector !== undefined)
      throw new TerminalError(`--selector: ${name} keeps nothing by which several operators could agree`);
    const scheduler = schedulers.own();
    const shared = { task, selector, scheduler, byTask, carried, clock, log, random: Math.random };
    return openTaskShard({ ...shared, claims: claims ?? NO_CLAIMS });
  }

  /** Of several pools that name a workload one alone has it: the others do not run it. */
  #actsFor(workload: string | undefined): boolean {
    const { kubernetes, selector, poolsOf } = this.#deps;
    const acts = (pool?: string): boolean => (kubernetes ?? this.#taskShard)?.acting(pool) === true;
    if (workload === undefined) return acts();
    const pools = poolsOf(workload);
    // What no policy names any more is left to whoever runs everything.
    return pools.length === 0 ? selector === undefined && acts() : pools.some(acts);
  }
}
