// metric-sources: the `kafka` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';
import type { OffsetReset } from './offsets.ts';
import type { Mechanism } from './sasl.ts';

export interface KafkaMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly brokers?: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly autoOffsetReset?: OffsetReset;
  readonly auth?: {
    readonly mechanism: Mechanism;
    readonly username?: string;
    readonly usernameFrom?: ValueSource;
    readonly password: ValueSource;
  };
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
