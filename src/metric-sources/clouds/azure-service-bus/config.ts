// metric-sources: the `azureServiceBus` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';

export interface AzureServiceBusMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  readonly queueName?: string;
  readonly queueNameFrom?: ValueSource;
  readonly topicName?: string;
  readonly subscriptionName?: string;
  readonly auth: {
    readonly connectionString?: ValueSource;
    readonly sharedAccessKey?: { readonly name: string; readonly key: ValueSource };
    readonly token?: ValueSource;
  };
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
