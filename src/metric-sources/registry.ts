// metric-sources: every kind of metric there is, in alphabetical order, and what a policy's `metric` means by them.

import type { MetricSpec } from '../api/policy.ts';
import type { MetricSample } from '../core/observation.ts';
import { TerminalError } from '../runtime/errors.ts';
import { kafka } from './brokers/kafka/index.ts';
import { nats } from './brokers/nats/index.ts';
import { nsq } from './brokers/nsq/index.ts';
import { rabbitmq } from './brokers/rabbitmq/index.ts';
import { redis } from './brokers/redis/index.ts';
import { azureStorageQueue } from './clouds/azure-queue/index.ts';
import { azureServiceBus } from './clouds/azure-service-bus/index.ts';
import { sqs } from './clouds/sqs/index.ts';
import { withDeadline } from './connection/deadline.ts';
import { http } from './queries/http/index.ts';
import { kedaExternal } from './queries/keda-external/index.ts';
import { postgresql } from './queries/postgresql/index.ts';
import { prometheus } from './queries/prometheus/index.ts';
import { random } from './random/index.ts';
import type {
  ImpliedReference,
  KnownQueue,
  MetricSource,
  MetricSourceDeps,
  MetricSourceType,
  ValueResolver,
} from './source.ts';

export const METRIC_SOURCES: readonly MetricSourceType[] = [
  azureServiceBus,
  azureStorageQueue,
  http,
  kafka,
  kedaExternal,
  nats,
  nsq,
  postgresql,
  prometheus,
  rabbitmq,
  random,
  redis,
  sqs,
];

/** Long enough for a distant account on a bad day and for a first read that loads an SDK, short enough for a round. */
const DEFAULT_DEADLINE_MS = 2000;

/** What the blocks of `metric` mean, among these kinds. */
export interface MetricSources {
  readonly types: readonly MetricSourceType[];
  /** The source that a policy names, with its deadline. @throws TerminalError when it names none of the kinds */
  create(spec: MetricSpec, deps: MetricSourceDeps & { readonly deadlineMs?: number }): MetricSource;
  /** A label for people: `queue demo-queue`. Never throws for a value that cannot be had. */
  describe(spec: MetricSpec, values: ValueResolver): string;
  /** Variables that are read although the block does not name them, with the block's key. */
  references(spec: MetricSpec): readonly (ImpliedReference & { readonly type: string })[];
  /** Messages that a busy consumer holds at a time; 1 where nothing says so. */
  heldPerInstance(spec: MetricSpec): number;
  /** What a read of this queue would say. */
  seen(spec: MetricSpec, queue: KnownQueue, before?: KnownQueue): MetricSample;
}

export function metricSourcesOf(types: readonly MetricSourceType[]): MetricSources {
  const byType = new Map(types.map((type) => [type.type, type]));
  const named = (spec: MetricSpec): { readonly type: MetricSourceType; readonly config: object } => {
    for (const [key, config] of Object.entries(spec)) {
      const type = byType.get(key);
      if (type !== undefined) return { type, config };
    }
    throw new TerminalError(
      `metric: names none of the known kinds; write one of ${[...byType.keys()].join(', ')}`,
    );
  };
  return {
    types,
    create: (spec, deps) => {
      const { type, config } = named(spec);
      const { clock, values, deadlineMs = DEFAULT_DEADLINE_MS } = deps;
      const label = (): string => type.describe(config, values);
      return withDeadline(type.create(config, deps), { clock, deadlineMs, label });
    },
    describe: (spec, values) => {
      const { type, config } = named(spec);
      return type.describe(config, values);
    },
    references: (spec) => {
      const { type, config } = named(spec);
      return (type.references?.(config) ?? []).map((reference) => ({ ...reference, type: type.type }));
    },
    heldPerInstance: (spec) => {
      const { type, config } = named(spec);
      return type.heldPerInstance?.(config) ?? 1;
    },
    seen: (spec, queue, before) => {
      const { type, config } = named(spec);
      return type.seen?.(config, queue, before) ?? toldApart(queue);
    },
  };
}

function toldApart({ asOfMs, total, waiting }: KnownQueue): MetricSample {
  return { state: 'ok', asOfMs, waiting, inFlight: total - waiting };
}

export const metricSources: MetricSources = metricSourcesOf(METRIC_SOURCES);
