// controller: who keeps what rounds knew and did, so that any moment can be looked at again.

import type { Round } from '../round/round.ts';
import type { DecisionRecord, EventRecord, PoolView } from './view.ts';

/** Must not throw. */
export interface RoundRecorder {
  /**
   * A round ended.
   *
   * @param shown its pool as people see it now
   * @param records the decisions of the round that changed a count
   */
  round(round: Round, shown: PoolView, records: readonly DecisionRecord[]): void;
  event(event: EventRecord): void;
  /** These pools there are: of others nothing more will be said. */
  pools(keys: ReadonlySet<string>): void;
  /** Of this pool nothing more will be said. */
  gone(pool: string): void;
}
