// api: what rules know besides the document itself.

import type { MetricBlock } from '../metric-block.ts';

export interface RuleContext {
  /** Whether the field stands in the document as it was written, before defaults. */
  readonly given: (pointer: string) => boolean;
  /** Whether the schema refused the field: then it is not missing, and has been reported. */
  readonly refused: (pointer: string) => boolean;
  readonly metricBlocks: ReadonlyMap<string, MetricBlock>;
}
