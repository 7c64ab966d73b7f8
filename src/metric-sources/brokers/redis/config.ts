// metric-sources: the `redis` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';

export interface RedisMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly database: number;
  readonly auth?: {
    readonly username?: string;
    readonly usernameFrom?: ValueSource;
    readonly password: ValueSource;
  };
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
  /** One of these. */
  readonly list?: {
    readonly name?: string;
    readonly nameFrom?: ValueSource;
    readonly processingList?: string;
    readonly markerKey?: string;
  };
  readonly stream?: { readonly name?: string; readonly nameFrom?: ValueSource; readonly group: string };
  readonly bullmq?: { readonly queue?: string; readonly queueFrom?: ValueSource; readonly prefix: string };
  readonly celery?: {
    readonly queue?: string;
    readonly queueFrom?: ValueSource;
    readonly exchange?: string;
    readonly unackedKey: string;
    readonly prefix: string;
  };
}
