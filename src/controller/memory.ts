// controller: what a pool remembers from round to round. Lost with the process: then Marathon's counts are the truth.

import type { AppDecision, Decision } from '../core/decision.ts';
import type { SchedulerView } from '../schedulers/scheduler.ts';
import type { Outcome } from './act.ts';
import type { SceneMemories } from './choose.ts';
import type { OperatorDeps } from './deps.ts';
import { WriteGate } from './gate.ts';
import { noteAccepted, noteAdrift, noteAsked, type Track } from './hands.ts';
import { MetricReader } from './readings.ts';
import { followSurplus, type SurplusMemory } from './surplus.ts';

export class PoolMemory {
  readonly reader: MetricReader;
  readonly gate: WriteGate;
  readonly adopted = new Set<string>();
  tracks = new Map<string, Track>();
  /** By deployment id: when a restart was first seen. */
  restarts: ReadonlyMap<string, number> = new Map();
  surplus: SurplusMemory = new Map();
  /** By app id: the deployment of our last update. */
  readonly updates = new Map<string, string>();
  scenes: SceneMemories = new Map();
  /** For people, while Marathon cannot be read. */
  lastView: SchedulerView | undefined;
  lastDecisions: ReadonlyMap<string, AppDecision> = new Map();
  lastCapacity: Decision['capacity'] | undefined;

  constructor(deps: Pick<OperatorDeps, 'clock' | 'random' | 'metricSourceFor'>) {
    this.reader = new MetricReader(deps);
    this.gate = new WriteGate(deps);
  }

  /** Remembers what was done, so that our own hand is not taken for somebody else's. */
  note(outcomes: readonly Outcome[], nowMs: number): void {
    this.surplus = followSurplus(this.surplus, outcomes, nowMs);
    for (const outcome of outcomes) {
      const { change, result, deploymentId } = outcome;
      if (change.kind === 'update' && deploymentId !== undefined) this.updates.set(change.app, deploymentId);
      if (change.kind === 'adopt' && result !== 'failed') this.adopted.add(change.app);
      const track = this.tracks.get(change.app);
      if (track !== undefined) this.tracks.set(change.app, followed(track, outcome, nowMs));
    }
  }

  forget(app: string): void {
    this.adopted.delete(app);
    this.tracks.delete(app);
    this.updates.delete(app);
  }
}

/** Our hand on the count, as far as it is known. */
function followed(track: Track, outcome: Outcome, nowMs: number): Track {
  const { change, result, instances, obstacle, mayLandAgain } = outcome;
  if (change.kind !== 'scale' || result === 'postponed') return track;
  const to = instances ?? change.to;
  const asked = noteAsked(track, to);
  const known = mayLandAgain || obstacle === 'unavailable' ? noteAdrift(asked, to, nowMs) : asked;
  return result === 'accepted' ? noteAccepted(known, to) : known;
}
