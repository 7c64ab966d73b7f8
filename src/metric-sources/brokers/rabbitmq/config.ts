// metric-sources: the `rabbitmq` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';
import type { HttpAuth } from '../../connection/fields.ts';

export interface RabbitmqMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly vhost: string;
  readonly queueName?: string;
  readonly queueNameFrom?: ValueSource;
  readonly auth: HttpAuth;
  readonly caFile?: string;
  /** Duration. */
  readonly statisticsInterval: string;
  readonly inFlightPerInstance?: number;
}
