// core: what an app's memory holds, and reading it back without trust.

import type { BehaviorMemory } from './behavior.ts';
import type { AppMemory, DecisionMemory } from './decision.ts';
import type { LaunchMemory } from './launches.ts';
import type { FluidMemory } from './law/fluid.ts';
import type { PerInstanceMemory } from './law/per-instance.ts';
import type { QueueMemory } from './law/queue.ts';
import type { SimpleQueueMemory } from './law/simple-queue.ts';
import type { MannersMemory } from './manners.ts';
import type { TroubleMemory } from './trouble.ts';

export type LawMemory = FluidMemory | QueueMemory | SimpleQueueMemory | PerInstanceMemory;

/** Plain JSON; every list in it is bounded. */
export interface AppState extends MannersMemory {
  /** One per target, in order; null where a target has not been read yet. */
  readonly laws: readonly (LawMemory | null)[];
  readonly launches: LaunchMemory | null;
  readonly behavior: BehaviorMemory;
  readonly trouble: TroubleMemory;
  /** What the last round granted and asked for. */
  readonly granted: number;
  readonly to: number;
}

const VERSION = 1;

export function memoryOf(apps: Iterable<readonly [id: string, state: AppState]>): DecisionMemory {
  // What is opaque outside is a plain record there.
  const entries: Iterable<readonly [string, AppMemory]> = apps as Iterable<readonly [string, never]>;
  return { version: VERSION, apps: Object.fromEntries(entries) };
}

/** An app's state, or undefined when there is none that this version can read: then it starts afresh. */
export function stateOf(memory: DecisionMemory | undefined, id: string): AppState | undefined {
  if (memory?.version !== VERSION || !Object.hasOwn(memory.apps, id)) return undefined;
  const raw: unknown = memory.apps[id];
  return isState(raw) ? raw : undefined;
}

function isState(raw: unknown): raw is AppState {
  if (!isRecord(raw)) return false;
  const { laws, launches, behavior, trouble, yielded, granted, to, raisedAtMs } = raw;
  return (
    Array.isArray(laws) &&
    laws.every((law) => law === null || (isRecord(law) && isSound(law))) &&
    (launches === null || (isRecord(launches) && Array.isArray(launches['asks']) && isSound(launches))) &&
    isRecord(behavior) &&
    Object.values(behavior).every(isPairs) &&
    isRecord(trouble) &&
    isPairs(yielded) &&
    [granted, to, raisedAtMs].every(Number.isFinite)
  );
}

/** No number in it is out of bounds. */
function isSound(record: Readonly<Record<string, unknown>>): boolean {
  for (const key in record) {
    const value = record[key];
    if (typeof value === 'number' ? !Number.isFinite(value) : value === null) return false;
    if (Array.isArray(value) && !isPairs(value)) return false;
  }
  return true;
}

function isPairs(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((p) => Array.isArray(p) && p.length === 2 && Number.isFinite(p[0]) && Number.isFinite(p[1]))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
