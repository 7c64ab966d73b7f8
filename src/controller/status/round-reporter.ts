// controller: sums up a round for whoever keeps count of rounds.

import type { MetricReading } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { readingsOf } from '../round/observe.ts';
import { isWhole, type Round } from '../round/round.ts';
import type { AppName, RoundReport } from './round-report.ts';
import type { DecisionRecord } from './view.ts';

/** A reading that serves several of them is counted once. */
export class RoundReporter {
  readonly #counted = new WeakSet<MetricReading>();

  /** @returns undefined for a pool without apps, which has no rounds */
  report(round: Round, records: readonly DecisionRecord[], nowMs: number): RoundReport | undefined {
    if (round.assessments.length === 0) return undefined;
    const policyOf = (id: string): string =>
      round.assessments.find(({ app }) => app.spec.id === id)?.app.policy ?? '';
    return {
      pool: round.pool.key,
      result: resultOf(round),
      durationMs: nowMs - round.startedAtMs,
      ...defined({ lateMs: round.lateMs }),
      decisions: records.map(({ app, from, to }) => ({
        policy: policyOf(app),
        app,
        direction: to > from ? 'up' : 'down',
        from,
        to,
      })),
      changes: round.results.map(({ change, result }) => ({ kind: change.kind, result })),
      failedReadings: this.#failures(round),
    };
  }

  #failures({ assessments, world }: Round): readonly AppName[] {
    return assessments.flatMap(({ app }) =>
      readingsOf(world, app)
        .filter((reading) => reading.state === 'unavailable' && this.#isNew(reading))
        .map(() => ({ policy: app.policy, app: app.spec.id })),
    );
  }

  #isNew(reading: MetricReading): boolean {
    if (this.#counted.has(reading)) return false;
    this.#counted.add(reading);
    return true;
  }
}

function resultOf(round: Round): RoundReport['result'] {
  if (!isWhole(round)) return 'blind';
  return round.standby === undefined ? 'complete' : 'standby';
}
