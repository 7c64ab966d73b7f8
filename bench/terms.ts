// bench: the pool of every suite in the words of `decide`: a consumer with a queue, and a remainder.

import type { BehaviorSpec, TargetSpec } from '../src/api/policy.ts';
import type { AppTerms } from '../src/simulator/world/world.ts';

const NO_LIMITS = {
  stabilizationWindowSeconds: 0,
  policies: [],
  selectPolicy: 'Max',
  tolerance: 0,
} as const;

/** The defaults of the schema. */
export const BEHAVIOR: BehaviorSpec = {
  scaleUp: NO_LIMITS,
  scaleDown: NO_LIMITS,
  futility: 'Detect',
  minHold: '0s',
  onMetricFailure: { staleAfter: '10s', action: 'Hold', after: '1m' },
};

const FOOTPRINT = { cpus: 0.1, mem: 64, disk: 0, gpus: 0 };

/** What is known about the age of the metric is set, as somebody who knows would. */
export function consumerTerms(slots: number, target: number, metricAgeMs = 0): AppTerms {
  const known = metricAgeMs > 0 ? { fluid: { metricDelay: `${metricAgeMs}ms` } } : {};
  const queue: TargetSpec = {
    queueLength: target,
    metric: {
      azureStorageQueue: { queueName: 'simulated', count: 'Waiting', inFlightPerInstance: 1 },
    },
    algorithm: { type: 'Fluid', ...known },
  };
  return {
    ...terms('consumer', slots),
    role: 'scaled',
    priority: 1,
    targets: [queue],
  };
}

export function remainderTerms(slots: number): AppTerms {
  return { ...terms('remainder', slots), role: 'remainder', priority: 2, targets: [] };
}

function terms(name: string, slots: number): Omit<AppTerms, 'role' | 'priority' | 'targets'> {
  return {
    id: `/bench/${name}`,
    name,
    min: 1,
    max: slots,
    weight: 1,
    behavior: BEHAVIOR,
    footprint: FOOTPRINT,
    countsAgainstBudget: true,
  };
}
