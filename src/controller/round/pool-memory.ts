// controller: what a pool remembers from round to round. What outlives the process: persistence/pool-store.ts, core/lasting.ts.

import type { AppDecision, Decision } from '../../core/decision.ts';
import type { SchedulerView } from '../../schedulers/scheduler.ts';
import type { KnownConfigs } from '../foreign-scale/foreign-edits.ts';
import { noteAccepted, noteAdrift, noteAsked, type Track } from '../foreign-scale/foreign-scale.ts';
import type { Restored } from '../persistence/pool-store.ts';
import type { OperatorDeps } from '../ports.ts';
import type { WriteResult } from './act.ts';
import type { Assessed } from './assess.ts';
import type { PoolDecision, SceneMemories } from './decide.ts';
import { MetricReader } from './observe.ts';
import { followSurplus, type SurplusMemory } from './surplus.ts';
import { WriteGate } from './write-backoff.ts';

export class PoolMemory {
  readonly reader: MetricReader;
  readonly gate: WriteGate;
  readonly adopted: Set<string>;
  tracks: Map<string, Track>;
  /** By deployment id: when a restart was first seen. */
  restarts: ReadonlyMap<string, number>;
  surplus: SurplusMemory;
  /** When its next round should begin; absent before the first one, and after a failed one. */
  dueMs: number | undefined;
  /** By app id: the deployment of our last update. */
  readonly updates: Map<string, string>;
  configs: KnownConfigs;
  scenes: SceneMemories;
  /** For people, while the scheduler cannot be read. */
  lastView: SchedulerView | undefined;
  lastDecisions: ReadonlyMap<string, AppDecision> = new Map();
  lastCapacity: Decision['capacity'] | undefined;

  constructor(
    deps: Pick<OperatorDeps, 'clock' | 'random' | 'metricSourceFor' | 'words'>,
    { history, scenes, configs }: Restored = {},
  ) {
    this.reader = new MetricReader(deps);
    this.gate = new WriteGate(deps);
    this.adopted = new Set(history?.adopted);
    this.tracks = new Map(history?.tracks);
    this.restarts = history?.restarts ?? new Map();
    this.surplus = history?.surplus ?? new Map();
    this.updates = new Map(history?.updates);
    this.configs = new Map(configs);
    this.scenes = scenes ?? new Map();
  }

  /** The scheduler was read. */
  noteView(view: SchedulerView, { tracks, restarts }: Pick<Assessed, 'tracks' | 'restarts'>): void {
    this.lastView = view;
    this.tracks = tracks;
    this.restarts = restarts;
  }

  noteDecision({ memories, decisions, capacity }: PoolDecision): void {
    this.scenes = memories;
    this.lastDecisions = decisions;
    this.lastCapacity = capacity;
  }

  /** Remembers what was done, so that our own scale is not taken for a foreign one. */
  noteResults(results: readonly WriteResult[], nowMs: number): void {
    this.surplus = followSurplus(this.surplus, results, nowMs);
    for (const written of results) {
      const { change } = written;
      const track = this.tracks.get(change.app);
      if (track !== undefined) this.tracks.set(change.app, followed(track, written, nowMs));
    }
  }

  forget(app: string): void {
    this.adopted.delete(app);
    this.tracks.delete(app);
    this.updates.delete(app);
    this.configs = new Map([...this.configs].filter(([id]) => id !== app));
  }
}

/** Our own scale of the count, as far as it is known. */
function followed(track: Track, written: WriteResult, nowMs: number): Track {
  const { change, result, instances, obstacle, mayLandAgain } = written;
  if (change.kind !== 'scale' || result === 'postponed') return track;
  const to = instances ?? change.to;
  const asked = noteAsked(track, to);
  const known = mayLandAgain || obstacle === 'unavailable' ? noteAdrift(asked, to, nowMs) : asked;
  return result === 'accepted' ? noteAccepted(known, to) : known;
}
