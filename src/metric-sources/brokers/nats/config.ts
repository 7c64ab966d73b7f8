// metric-sources: the `nats` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';

export interface NatsMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly stream: string;
  readonly consumer: string;
  readonly domain?: string;
  readonly oldestAge: boolean;
  readonly auth?: {
    readonly token?: ValueSource;
    readonly basic?: {
      readonly username?: string;
      readonly usernameFrom?: ValueSource;
      readonly password: ValueSource;
    };
    readonly creds?: ValueSource;
  };
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
