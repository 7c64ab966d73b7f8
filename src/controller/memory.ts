// controller: what a pool remembers from round to round. Lost with the process: then Marathon's counts are the truth.

import type { AppDecision, Decision } from '../core/decision.ts';
import type { SchedulerView } from '../schedulers/scheduler.ts';
import type { Outcome } from './act.ts';
import type { SceneMemories } from './choose.ts';
import type { OperatorDeps } from './deps.ts';
import { WriteGate } from './gate.ts';
import { noteAccepted, noteAsked, type Track } from './hands.ts';
import { MetricReader } from './readings.ts';

export class PoolMemory {
  readonly reader: MetricReader;
  readonly gate: WriteGate;
  readonly adopted = new Set<string>();
  tracks = new Map<string, Track>();
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
  note(outcomes: readonly Outcome[]): void {
    for (const { change, result } of outcomes) {
      if (change.kind === 'adopt' && result !== 'failed') this.adopted.add(change.app);
      if (change.kind !== 'scale' || result === 'postponed') continue;
      const track = this.tracks.get(change.app);
      if (track === undefined) continue;
      const asked = noteAsked(track, change.to);
      this.tracks.set(change.app, result === 'accepted' ? noteAccepted(asked, change.to) : asked);
    }
  }

  forget(app: string): void {
    this.adopted.delete(app);
    this.tracks.delete(app);
  }
}
