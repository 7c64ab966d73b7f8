// bench: the predecessor in the world: its timers, its order of calls, Marathon's locks and its back-off.

import { EXCEEDING, pdDelta, type QueueGains } from '../../src/core/law/queue.ts';
import type { Driver } from '../../src/simulator/law/law.ts';
import { STEP_MS } from '../../src/simulator/load/curve.ts';
import { targetMessages } from '../../src/simulator/target.ts';
import type { Member, World } from '../../src/simulator/world/world.ts';
import { calculate, type Opinion, remainderOpinion, type Task } from './original-engine.ts';

export interface OriginalOptions {
  /** PD gains, or one up and one down. */
  readonly algorithm: { readonly gains: QueueGains } | 'SimpleQueue';
  /** Set point as a share of the target. */
  readonly setPoint: number;
  /** Whether Marathon refuses a change of an app whose last one is on its way, as it does. */
  readonly locks: boolean;
}

/** constGetDemandSleep, and constGetMetricsTimeout in main.go. */
const PERIOD_MS = 500;

/** utils/backoff.go as scheduler/marathon/marathon.go sets it. */
const BACKOFF = { minMs: 250, maxMs: 5_000, factor: 2 };

interface Party {
  readonly member: Member;
  readonly task: Task;
  lastLength: number | undefined;
}

/**
 * Every 500 ms: calculate demands; count, that is read Marathon's `instances`; carry out. Counting comes before
 * carrying out because it waits for the same lock as the calculation, so a change is seen one period late and
 * its task passed over once.
 *
 * Carrying out ends at the first 409: all that is left waits 250 ms, 500 ms … 4 s, with whatever demand there is
 * by then. The sixth refusal in a row is given up until some calculation changes something.
 */
export class OriginalLaw implements Driver {
  readonly #options: OriginalOptions;
  #parties: readonly Party[] = [];
  #attempt = 0;
  #retryAtMs: number | undefined;

  constructor(options: OriginalOptions) {
    this.#options = options;
  }

  step(world: World): void {
    if (world.k === 0) this.#parties = world.members.flatMap(partyOf);
    if (this.#retryAtMs !== undefined && world.nowMs >= this.#retryAtMs) {
      this.#retryAtMs = undefined;
      this.#carryOut(world);
    }
    if ((world.k * STEP_MS) % PERIOD_MS >= STEP_MS) return;
    const places = placesOf(world);
    const tasks = this.#parties.map(({ task }) => task);
    const changed = calculate(tasks, (task) => this.#opinionOf(task, world), places);
    for (const { task, member } of this.#parties) task.running = member.instances.requested;
    if (changed) this.#carryOut(world);
  }

  #opinionOf(task: Task, world: World): Opinion {
    const party = this.#parties.find((p) => p.task === task);
    if (party === undefined || task.isRemainder) return remainderOpinion(placesOf(world));
    const target = this.#options.setPoint * targetMessages(party.member, world);
    const length = world.count(party.member).waiting;
    const last = party.lastLength;
    party.lastLength = length;
    const lower = Math.trunc(EXCEEDING * target);
    if (this.#options.algorithm === 'SimpleQueue') {
      const delta = length > target ? 1 : length < lower ? -1 : 0;
      return { delta, meeting: length <= target, exceeding: length <= lower };
    }
    const delta = pdDelta(length, last, this.#options.algorithm.gains, target);
    return { delta, meeting: length <= target, exceeding: length <= lower };
  }

  #carryOut(world: World): void {
    if (this.#retryAtMs !== undefined) return;
    const falls = this.#parties.filter(({ task }) => task.demand < task.requested);
    const rises = this.#parties.filter(({ task }) => task.demand > task.requested);
    for (const { task, member } of [...falls, ...rises]) {
      if (this.#options.locks && member.instances.moving) {
        this.#backOff(world.nowMs);
        return;
      }
      world.scale(member, task.demand);
      task.requested = task.demand;
      this.#attempt = 0;
    }
  }

  #backOff(nowMs: number): void {
    const delayMs = BACKOFF.minMs * BACKOFF.factor ** this.#attempt;
    if (delayMs > BACKOFF.maxMs) return;
    this.#attempt++;
    this.#retryAtMs = nowMs + delayMs;
  }
}

function partyOf(member: Member): readonly Party[] {
  const { name, priority, min, max, role } = member.terms;
  if (role === 'fixed') return [];
  const { requested } = member.instances;
  const isRemainder = role === 'remainder';
  const task = { name, priority, min, max, isRemainder, requested, running: requested, demand: requested };
  return [{ member, task, lastLength: undefined }];
}

/** It knew nothing but a number of containers. */
function placesOf({ options, members }: World): number {
  if (options.budget.kind === 'slots') return options.budget.slots;
  return members.reduce((sum, { terms }) => sum + (Number.isFinite(terms.max) ? terms.max : 0), 0);
}
