// metric-sources: the `nsq` block as TypeScript sees it, after its schema has accepted it.

export interface NsqMetric {
  readonly nsqd?: readonly string[];
  readonly lookupd?: readonly string[];
  /** The nodes that lookupd may lead to; absent: any. */
  readonly producers?: readonly string[];
  readonly topic: string;
  readonly channel: string;
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
