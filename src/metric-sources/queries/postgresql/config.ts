// metric-sources: the `postgresql` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';

/** In the words of libpq's sslmode. */
export type TlsMode = 'Disable' | 'Require' | 'VerifyCA' | 'VerifyFull';

export interface PostgresqlMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly query: string;
  readonly auth: {
    readonly username?: string;
    readonly usernameFrom?: ValueSource;
    readonly password?: ValueSource;
  };
  readonly tls?: TlsMode;
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
