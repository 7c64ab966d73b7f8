// metric-sources: the `prometheus` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';
import type { HttpAuth } from '../../connection/fields.ts';
import type { RequestHeaders } from '../../connection/headers.ts';
import type { ReadingFields } from '../../connection/reading-fields.ts';

export interface PrometheusMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  /** PromQL. */
  readonly queries: ReadingFields<string>;
  readonly headers?: RequestHeaders;
  readonly auth?: HttpAuth;
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
