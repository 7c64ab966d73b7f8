// schedulers/docker: one app while it is kept running: what was asked for, and what is being done about it now.

import type { Listing, OurContainer } from './container-list.ts';
import { LaunchBackoff } from './launch-backoff.ts';
import { isRolledOut, planSteps, type Steps, type Unit, type UnitPhase } from './plan.ts';
import type { AppRecord } from './record.ts';

/** What is being done to a container. */
export type Doing = 'starting' | 'stopping' | 'replacing';

/** A container that ran so long is no longer one that ends at once: the next may be replaced. */
export const STEADY_MS = 1_000;

/** Whoever expects more says so every round. */
export const EXPECTED_FOR_MS = 5_000;
/** A container that waits holds nothing but a little disk; those of a hand-over are a handful. */
const MOST_PREPARED = 20;

const PHASES: Readonly<Record<OurContainer['state'], UnitPhase>> = {
  created: 'waiting',
  exited: 'waiting',
  dead: 'waiting',
  running: 'running',
  paused: 'running',
  restarting: 'running',
  removing: 'stopping',
};

export class KeptApp {
  record: AppRecord;
  /** Values of the present generation's secrets, as they were resolved or as its containers have them. */
  secretEnv: Readonly<Record<string, string>> | undefined;
  readonly backoff = new LaunchBackoff();
  /** Containers that said that they are idle when fewer were asked for. */
  idle: ReadonlySet<string> = new Set();
  /** By container id. */
  readonly doing = new Map<string, Doing>();
  /** Names of containers that the engine was asked to create and has not confirmed. */
  readonly creating = new Set<string>();
  /** Names of containers that the engine was asked to create for later, and has not confirmed. */
  readonly preparing = new Set<string>();
  /** How many may be asked for any moment, and until when that holds, monotonic. */
  #expected = { instances: 0, untilMs: 0 };
  /** When containers were started, as far as this process knows, by id. */
  readonly startedAtMs = new Map<string, number>();
  /** Ids of containers whose end is accounted for. */
  readonly ended = new Set<string>();
  /** When the engine was asked last to remove what it had not wholly removed, monotonic, by container id. */
  readonly removedAtMs = new Map<string, number>();
  /** What the keeper looked at last. */
  lookedAt: Listing | undefined;

  constructor(record: AppRecord) {
    this.record = record;
  }

  get id(): string {
    return this.record.app;
  }

  /** Nothing is being done. */
  get isQuiet(): boolean {
    return this.doing.size === 0 && this.creating.size === 0 && this.preparing.size === 0;
  }

  /** Somebody is about to ask for so many; whoever does says so again and again. */
  expect(instances: number, nowMs: number): { readonly isNews: boolean } {
    const before = this.preparedFor(nowMs);
    this.#expected = { instances, untilMs: nowMs + EXPECTED_FOR_MS };
    return { isNews: this.preparedFor(nowMs) !== before };
  }

  /** For how many more than are asked for containers are to be there. */
  preparedFor(nowMs: number): number {
    const { instances, untilMs } = this.#expected;
    if (nowMs >= untilMs || this.record.deleted === true) return 0;
    return Math.min(MOST_PREPARED, Math.max(0, instances - this.record.requested));
  }

  unitsOf(containers: readonly OurContainer[], nowMs: number): readonly Unit[] {
    return containers.map((container) => {
      const { id, origin, createdAtMs } = container;
      const phase = this.phaseOf(container);
      const ranMs = nowMs - (this.startedAtMs.get(id) ?? 0);
      return {
        id,
        phase,
        generation: origin.generation,
        createdAtMs,
        ready: phase === 'running' && (container.health ?? 'healthy') === 'healthy' && ranMs >= STEADY_MS,
        ...(this.doing.get(id) === 'replacing' && { replaced: true }),
        ...(container.state === 'created' && { fresh: true }),
      };
    });
  }

  phaseOf({ id, name, state }: OurContainer): UnitPhase {
    const doing = this.doing.get(id);
    if (doing === 'stopping' || doing === 'replacing') return 'stopping';
    const phase = PHASES[state];
    const isBegun = doing === 'starting' || this.creating.has(name);
    return isBegun && phase === 'waiting' ? 'starting' : phase;
  }

  /** How many are being created that the list does not show. */
  unlisted(containers: readonly OurContainer[]): number {
    return unlisted(this.creating, containers);
  }

  plan(containers: readonly OurContainer[], nowMs: number): Steps {
    return planSteps({
      requested: this.record.deleted === true ? 0 : this.record.requested,
      generation: this.record.generation,
      units: this.unitsOf(containers, nowMs),
      creating: this.unlisted(containers),
      prepared: this.preparedFor(nowMs),
      preparing: unlisted(this.preparing, containers),
      backingOff: this.backoff.remainingMs(nowMs) > 0,
      idle: this.idle,
    });
  }

  /** Whether containers of an older definition are still to be replaced. */
  isRolling(containers: readonly OurContainer[], nowMs: number): boolean {
    if (this.record.deleted === true) return false;
    const units = this.unitsOf(containers, nowMs).filter(
      (unit) => unit.phase !== 'stopping' || unit.replaced,
    );
    return !isRolledOut({ units, generation: this.record.generation });
  }

  /** Forgets what was known of containers that are gone. */
  forgetGone(containers: readonly OurContainer[], remains: readonly OurContainer[]): void {
    const there = new Set(containers.map(({ id }) => id));
    const remaining = new Set(remains.map(({ id }) => id));
    for (const id of this.removedAtMs.keys())
      if (!remaining.has(id) && !this.doing.has(id)) this.removedAtMs.delete(id);
    for (const id of this.startedAtMs.keys())
      if (!there.has(id) && !this.doing.has(id)) this.startedAtMs.delete(id);
    for (const id of this.ended) if (!there.has(id)) this.ended.delete(id);
  }
}

function unlisted(names: ReadonlySet<string>, containers: readonly OurContainer[]): number {
  return [...names].filter((name) => !containers.some((each) => each.name === name)).length;
}
