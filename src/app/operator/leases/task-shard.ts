// app: `--selector` of operators that run as apps of one Marathon: tasks say who acts, claims which operator has a pool.

import {
  HANDOVER_MS,
  hasProcess,
  type Leadership,
  type TaskIdentity,
} from '../../../controller/watch/leadership.ts';
import type { Shard } from '../../../controller/watch/shard.ts';
import { Silence } from '../../../controller/watch/silence.ts';
import type { LeadershipState } from '../../../policy-sources/leadership-state.ts';
import type { OperatorWatch } from '../../../policy-sources/shared-pools/pool-lease-store.ts';
import { PoolLeases } from '../../../policy-sources/shared-pools/pool-leases.ts';
import { UnclaimedPools } from '../../../policy-sources/shared-pools/unclaimed-pools.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError, WaitError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Claims, Scheduler } from '../../../schedulers/scheduler.ts';
import { claimedLeases } from './claimed-leases.ts';
import {
  type CarriedState,
  endLost,
  partShard,
  type ShardSelector,
  wholeLeadership,
  wholeShard,
} from './shard.ts';

const LOOK_MS = 1_000;
/** The list of all claims is asked for as often. */
const RETRY_MS = 2_000;

export interface TaskShardDeps {
  readonly task: TaskIdentity;
  /** Absent: everything that no other operator has. */
  readonly selector: ShardSelector | undefined;
  readonly claims: Claims;
  readonly carried: CarriedState;
  /** The Marathon that runs the operators. */
  readonly scheduler: Pick<Scheduler, 'observe'>;
  /** Whether this task is the one of its app that acts. */
  readonly byTask: (signal: AbortSignal) => Promise<LeadershipState>;
  /** Must not go back. */
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly retryMs?: number;
}

export interface TaskShard {
  readonly shard: Shard;
  /** Asks Marathon before every write, as an operator alone does. */
  readonly leadership: Leadership;
  /** Whether this instance acts for a pool, or for its operator at all, as far as is known at this moment. */
  acting(pool: string | undefined): boolean;
  /** Looks whether it acts, and takes and gives back pools, until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** A claim is a deployment, which Marathon may take ten seconds for, and a list after it. */
const CLAIM_MS = 15_000;

/** Calls nobody yet. */
export function openTaskShard(deps: TaskShardDeps): TaskShard {
  const { selector } = deps;
  return selector === undefined ? openWhole(deps) : openPart(selector, deps);
}

/** It asks for what others have, and claims nothing: an operator alone needs no right to create apps. */
function openWhole({ claims, carried, task, ...deps }: TaskShardDeps): TaskShard {
  const { clock, log, retryMs = RETRY_MS } = deps;
  const own = new OwnLeadership({ ...deps, onChange: () => undefined });
  const listeners: ((pool: string) => void)[] = [];
  const pools: UnclaimedPools = new UnclaimedPools({
    ...{ clock, log, retryMs },
    store: claimedLeases(claims),
    ownLeadership: () => own.state(),
    isRefusal: (error) => error instanceof TerminalError,
    onChange: (pool) => {
      endLost([pool], whole);
      for (const listener of listeners) listener(pool);
    },
  });
  const whole = { pools, interventions: carried.interventions, operator: task.appId };
  return {
    shard: wholeShard(whole, listeners),
    leadership: wholeLeadership(pools, (signal) => own.ask(signal)),
    acting: (pool) => !own.silence.isLong && (pool === undefined ? own.state() : pools.state(pool)).acting,
    run: async (signal) => {
      await Promise.all([own.run(signal), pools.run(signal)]);
    },
  };
}

function openPart(
  selector: ShardSelector,
  { task, claims, scheduler, carried, ...deps }: TaskShardDeps,
): TaskShard {
  const { clock, log, random, retryMs = RETRY_MS } = deps;
  const own = new OwnLeadership({ ...deps, onChange: () => leases.look() });
  const listeners: ((pool: string) => void)[] = [];
  const leases: PoolLeases = new PoolLeases({
    ...{ clock, log, random, retryMs },
    store: claimedLeases(claims),
    ownLeadership: () => own.state(),
    watch: new TaskWatch({ scheduler, claims, clock }),
    identity: task.taskId,
    ...{ operator: task.appId, durationSeconds: 0, callMs: CLAIM_MS },
    ...{ interventions: carried.interventions, learning: carried.learning },
    onChange: (pool) => {
      for (const listener of listeners) listener(pool);
    },
  });
  carried.stored.subscribe(() => leases.interventionsChanged());
  return {
    shard: partShard(selector, leases, listeners),
    leadership: async (signal, pool) => {
      const state = await own.ask(signal);
      return pool === undefined || !state.acting ? state : leases.state(pool);
    },
    acting: (pool) => !own.silence.isLong && (pool === undefined ? own.state() : leases.state(pool)).acting,
    run: async (signal) => {
      await Promise.all([own.run(signal), leases.run(signal)]);
    },
  };
}

type OwnLeadershipDeps = Pick<TaskShardDeps, 'byTask' | 'clock' | 'log'> & { readonly onChange: () => void };

/** Whether this task acts for its app, as it was last told. Every write asks anew. */
class OwnLeadership {
  readonly silence: Silence;
  readonly #deps: OwnLeadershipDeps;
  #held: AbortController | undefined;
  #reason = 'Marathon was not asked yet which task acts';

  constructor(deps: OwnLeadershipDeps) {
    this.#deps = deps;
    this.silence = new Silence(deps.clock);
  }

  state(): LeadershipState {
    if (this.#held === undefined) return { acting: false, reason: this.#reason };
    return { acting: true, reason: this.#reason, lost: this.#held.signal };
  }

  /** Throws what reading Marathon throws: whoever does not know does not write. */
  async ask(signal: AbortSignal): Promise<LeadershipState> {
    const { byTask, onChange } = this.#deps;
    const { acting, reason } = await byTask(signal).catch((error: unknown) => {
      this.silence.goesOn();
      throw error;
    });
    this.silence.ends();
    this.#reason = reason;
    const held = this.#held;
    if (acting === (held !== undefined)) return this.state();
    this.#held = acting ? new AbortController() : undefined;
    held?.abort(new WaitError(`this instance stands by: ${reason}`, RETRY_MS));
    onChange();
    return this.state();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      await this.ask(signal).catch((error: unknown) => {
        if (!signal.aborted) log.debug('which task acts is not known', { reason: messageOf(error) });
      });
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }
}

interface WatchDeps {
  readonly scheduler: Pick<Scheduler, 'observe'>;
  readonly claims: Pick<Claims, 'isHidden'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * An operator is gone when its app has had no task with a process for as long as a newer task waits for an older one. One whose app
 * may not be seen is there.
 */
class TaskWatch implements OperatorWatch {
  readonly #deps: WatchDeps;
  readonly #goneSince = new Map<string, number>();

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  async isFree(app: string, _: number, signal: AbortSignal): Promise<boolean> {
    const { scheduler, claims, clock } = this.#deps;
    const askedAtMs = clock.monotonic();
    const seen = (await scheduler.observe([app], signal)).apps.get(app);
    const isHidden = seen === undefined && (await claims.isHidden(app, signal));
    if (isHidden || seen?.tasks.some(hasProcess) === true) {
      this.#goneSince.delete(app);
      return false;
    }
    const sinceMs = this.#goneSince.get(app) ?? clock.monotonic();
    this.#goneSince.set(app, sinceMs);
    return askedAtMs - sinceMs >= HANDOVER_MS;
  }

  keepOnly(apps: ReadonlySet<string>): void {
    for (const app of this.#goneSince.keys()) if (!apps.has(app)) this.#goneSince.delete(app);
  }
}
