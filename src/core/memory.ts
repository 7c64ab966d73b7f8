// core: what an app's memory holds, and reading it back without trust.

import { isObject } from '../api/schema/json-schema.ts';
import type { PreemptionMemory } from './allocation/preemption.ts';
import type { DecisionMemory } from './decision.ts';
import { type BehaviorMemory, isBehavior } from './demand/behavior.ts';
import { isFutility } from './demand/futility/memory.ts';
import { isTally } from './demand/history.ts';
import type { TroubleMemory } from './demand/launches/launch-trouble.ts';
import { isLaunches, type LaunchMemory } from './demand/launches/launches.ts';
import { isWarmUp, type WarmUpMemory } from './demand/launches/warm-up.ts';
import { isAccount, type MissAccount } from './demand/objective.ts';
import type { FutilityMemories } from './demand/useful.ts';
import type { Beside } from './law/beside.ts';
import type { FluidLearned, FluidMemory } from './law/fluid.ts';
import type { PerInstanceMemory } from './law/per-instance.ts';
import type { QueueMemory } from './law/queue.ts';
import { isBank } from './law/rates/bank.ts';
import { isSuppositions } from './law/rates/suppositions.ts';
import { isTrial } from './law/rates/trial.ts';
import type { SimpleQueueMemory } from './law/simple-queue.ts';

export type LawMemory =
  | FluidMemory
  | FluidLearned
  | Beside<QueueMemory>
  | Beside<SimpleQueueMemory>
  | Beside<PerInstanceMemory>;

/** Plain JSON, which the compiler sees of a type alias only; every list in it is bounded. */
export type AppState = {
  /** The app's. */
  readonly id: string;
  /** One per target, in order; null where a target has not been read yet. */
  readonly laws: readonly (LawMemory | null)[];
  readonly launches: LaunchMemory | null;
  /** How long an instance that runs takes until it works; absent where nobody tells who works. */
  readonly warmUp?: WarmUpMemory | undefined;
  readonly behavior: BehaviorMemory;
  readonly trouble: TroubleMemory;
  readonly preemption: PreemptionMemory;
  /** One per target, in order; null where it has no objective. Absent: no target has one. */
  readonly accounts?: readonly (MissAccount | null)[] | undefined;
  /** Whether more instances get more done, for each queue of which that was found out or is being. */
  readonly futility?: FutilityMemories | undefined;
  /** What the last round granted and asked for. */
  readonly granted: number;
  readonly to: number;
  /** Made of what outlived the process: it says what things are like, not how they stand. */
  readonly resumed?: true;
};

const VERSION = 2;

/** A memory made here needs no second look; one that comes back from a store is another kind of object. */
class OwnMemory implements DecisionMemory {
  readonly version = VERSION;
  readonly apps: readonly AppState[];

  constructor(apps: readonly AppState[]) {
    this.apps = apps;
  }
}

export function memoryOf(apps: readonly AppState[]): DecisionMemory {
  return new OwnMemory(apps);
}

/**
 * How to look up an app's state: undefined when there is none that this version can read, and then the app
 * starts afresh.
 */
export function statesIn(memory: DecisionMemory | undefined): (id: string) => AppState | undefined {
  if (memory?.version !== VERSION || !Array.isArray(memory.apps)) return () => undefined;
  return inTurn(memory instanceof OwnMemory ? memory.apps : memory.apps.filter(isState));
}

/** Apps are asked for in the order of the round before, mostly: then nobody is looked for by name. */
function inTurn(states: readonly AppState[]): (id: string) => AppState | undefined {
  let next = 0;
  let byId: ReadonlyMap<string, AppState> | undefined;
  return (id) => {
    const state = states[next];
    if (state?.id === id) {
      next++;
      return state;
    }
    byId ??= new Map(states.map((each) => [each.id, each]));
    return byId.get(id);
  };
}

function isState(raw: unknown): raw is AppState {
  if (!isObject(raw) || !isSound(raw)) return false;
  const { id, laws, launches, warmUp, behavior, trouble, preemption, accounts = [], futility } = raw;
  const { granted, to } = raw;
  return (
    typeof id === 'string' &&
    (futility === undefined || (Array.isArray(futility) && futility.every(isFutility))) &&
    (warmUp === undefined || isWarmUp(warmUp)) &&
    Array.isArray(accounts) &&
    accounts.every((account) => account === null || isAccount(account)) &&
    Array.isArray(laws) &&
    laws.every((law) => law === null || isLaw(law)) &&
    (launches === null || isLaunches(launches)) &&
    isBehavior(behavior) &&
    isObject(trouble) &&
    isObject(preemption) &&
    isTally(preemption['yielded']) &&
    typeof granted === 'number' &&
    typeof to === 'number'
  );
}

const NOTHING: Readonly<Record<string, unknown>> = {};

function isLaw(raw: unknown): boolean {
  if (!isObject(raw)) return false;
  const { bank, estimate } = raw;
  const { unseen, trial } = isObject(estimate) ? estimate : NOTHING;
  return (
    (bank === undefined || isBank(bank)) &&
    (unseen === undefined || isSuppositions(unseen)) &&
    (trial === undefined || isTrial(trial))
  );
}

/** No number in it is out of bounds, at any depth that a state has. */
function isSound(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth < 6 && Object.values(value).every((inner) => isSound(inner, depth + 1));
}
