// metric-sources: the `azureStorageQueue` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';

export interface AzureStorageQueueMetric {
  readonly queueName?: string;
  readonly queueNameFrom?: ValueSource;
  readonly connectionString?: ValueSource;
  readonly accountName?: string;
  readonly accountNameFrom?: ValueSource;
  readonly accountKey?: ValueSource;
  readonly sasToken?: ValueSource;
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly count: 'Waiting' | 'Visible' | 'Total';
  /** Messages one busy consumer holds invisible at a time. */
  readonly inFlightPerInstance: number;
}
