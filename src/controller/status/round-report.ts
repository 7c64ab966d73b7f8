// controller: what a round reports to whoever keeps count of rounds.

import type { WriteResult } from '../round/act.ts';

export type { SchedulerCall } from '../../schedulers/scheduler.ts';

export interface RoundReport {
  readonly pool: string;
  /** `blind`: the scheduler could not be read. `standby`: another instance of the operator acts. */
  readonly result: 'complete' | 'blind' | 'standby';
  /** From the first look to the last answer. */
  readonly durationMs: number;
  /** How much later it began than it was due; absent in a pool's first round, and where something woke it before its time. */
  readonly lateMs?: number;
  /** Counts that were changed, or would have been in mode Observe. */
  readonly decisions: readonly CountChange[];
  readonly changes: readonly {
    readonly kind: WriteResult['change']['kind'];
    readonly result: WriteResult['result'];
  }[];
  /** One per reading that failed since the last report. */
  readonly failedReadings: readonly AppName[];
}

export interface CountChange extends AppName {
  readonly direction: 'up' | 'down';
  readonly from: number;
  readonly to: number;
}

export interface AppName {
  /** `namespace/name` of its policy. */
  readonly policy: string;
  /** Its name in its cluster. */
  readonly app: string;
}
