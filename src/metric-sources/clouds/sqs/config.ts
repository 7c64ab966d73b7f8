// metric-sources: the `sqs` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';

export interface SqsMetric {
  /** This, or the name. */
  readonly queueUrl?: string;
  readonly queueUrlFrom?: ValueSource;
  readonly queueName?: string;
  readonly queueNameFrom?: ValueSource;
  readonly region?: string;
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  /** Without it: what the operator's own environment gives. */
  readonly auth?: {
    readonly accessKeyId: ValueSource;
    readonly secretAccessKey: ValueSource;
    readonly sessionToken?: ValueSource;
  };
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
