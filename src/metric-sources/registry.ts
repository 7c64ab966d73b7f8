// metric-sources: every kind of metric by its key in a policy, in alphabetical order.

import type { MetricSpec } from '../api/policy.ts';
import { TerminalError } from '../runtime/errors.ts';
import { createAzureQueue, describeAzureQueue } from './azure-queue/index.ts';
import { createRandom, describeRandom } from './random/index.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType, ValueResolver } from './source.ts';
import { withDeadline } from './wrappers/deadline.ts';

type Registry = { readonly [K in keyof MetricSpec]-?: MetricSourceType<K> };

export const metricSourceTypes: Registry = {
  azureStorageQueue: {
    type: 'azureStorageQueue',
    folder: 'azure-queue',
    create: createAzureQueue,
    describe: describeAzureQueue,
  },
  random: { type: 'random', folder: 'random', create: createRandom, describe: describeRandom },
};

/** Long enough for a distant account on a bad day and for a first read that loads an SDK, short enough for a round. */
const DEFAULT_DEADLINE_MS = 2000;

/** The source a policy names, with its deadline. */
export function createMetricSource(
  spec: MetricSpec,
  deps: MetricSourceDeps & { readonly deadlineMs?: number },
): MetricSource {
  const type = bind(spec);
  const { clock, values, deadlineMs = DEFAULT_DEADLINE_MS } = deps;
  const label = (): string => type.describe(values);
  return withDeadline(type.create(deps), { clock, deadlineMs, label });
}

/** A label for people: `queue demo-queue`. Never throws for a value that cannot be had. */
export function describeMetric(spec: MetricSpec, values: ValueResolver): string {
  return bind(spec).describe(values);
}

interface Bound {
  create(deps: MetricSourceDeps): MetricSource;
  describe(values: ValueResolver): string;
}

function bind(spec: MetricSpec): Bound {
  const bound = Object.values(metricSourceTypes)
    .map((type) => bindType(type, spec))
    .find((b) => b !== undefined);
  if (bound !== undefined) return bound;
  throw new TerminalError(
    `metric: names none of the known kinds; write one of ${Object.keys(metricSourceTypes).join(', ')}`,
  );
}

function bindType<K extends keyof MetricSpec>(
  type: MetricSourceType<K>,
  spec: MetricSpec,
): Bound | undefined {
  const config = spec[type.type];
  if (config === undefined) return undefined;
  return {
    create: (deps) => type.create(config, deps),
    describe: (values) => type.describe(config, values),
  };
}
