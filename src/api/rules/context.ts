// api: what rules know besides the document itself.

import type { MetricBlock } from '../schema/metric-block.ts';
import type { SchedulerBlock } from '../schema/scheduler-block.ts';

export interface RuleContext {
  /**
   * Whether somebody wrote the field. One with its default's value does not count: an API server stores defaults as
   * if they had been written.
   */
  readonly given: (pointer: string) => boolean;
  /** Whether the schema refused the field: then it is not missing, and has been reported. */
  readonly refused: (pointer: string) => boolean;
  readonly metricBlocks: ReadonlyMap<string, MetricBlock>;
  /** By the key of an app. */
  readonly schedulerBlocks: ReadonlyMap<string, SchedulerBlock>;
}
