// controller: what a round tells to whoever keeps count of rounds.

import type { MetricReading } from '../core/observation.ts';
import type { Outcome } from './act.ts';
import { readingsOf } from './observe.ts';
import { isWhole, type Round } from './round.ts';
import type { DecisionRecord } from './view.ts';

export type { SchedulerCall } from '../schedulers/scheduler.ts';

export interface RoundReport {
  readonly pool: string;
  /** `blind`: Marathon could not be read. `standby`: another instance of the operator acts. */
  readonly result: 'complete' | 'blind' | 'standby';
  /** From the first look to the last answer. */
  readonly durationMs: number;
  /** Counts that were changed, or would have been in mode Observe. */
  readonly decisions: readonly (AppName & { readonly direction: 'up' | 'down' })[];
  readonly changes: readonly {
    readonly kind: Outcome['change']['kind'];
    readonly result: Outcome['result'];
  }[];
  /** One per reading that failed since the last report. */
  readonly failedReadings: readonly AppName[];
}

export interface AppName {
  /** `namespace/name` of its policy. */
  readonly policy: string;
  /** Marathon id. */
  readonly app: string;
}

/** Sums up rounds; a reading that serves several of them is told of once. */
export class RoundReporter {
  readonly #told = new WeakSet<MetricReading>();

  /** @returns undefined for a pool without apps, which has no rounds */
  report(round: Round, records: readonly DecisionRecord[], nowMs: number): RoundReport | undefined {
    if (round.standings.length === 0) return undefined;
    const policies = new Map(round.standings.map(({ app }) => [app.spec.id, app.policy]));
    return {
      pool: round.pool.key,
      result: resultOf(round),
      durationMs: nowMs - round.startedAtMs,
      decisions: records.map(({ app, from, to }) => ({
        policy: policies.get(app) ?? '',
        app,
        direction: to > from ? 'up' : 'down',
      })),
      changes: round.outcomes.map(({ change, result }) => ({ kind: change.kind, result })),
      failedReadings: this.#failures(round),
    };
  }

  #failures({ standings, world }: Round): readonly AppName[] {
    return standings.flatMap(({ app }) =>
      readingsOf(world, app)
        .filter((reading) => reading.state === 'unavailable' && this.#isNew(reading))
        .map(() => ({ policy: app.policy, app: app.spec.id })),
    );
  }

  #isNew(reading: MetricReading): boolean {
    if (this.#told.has(reading)) return false;
    this.#told.add(reading);
    return true;
  }
}

function resultOf(round: Round): RoundReport['result'] {
  if (!isWhole(round)) return 'blind';
  return round.standby === undefined ? 'complete' : 'standby';
}
