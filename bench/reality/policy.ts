// bench: the world's terms as a policy that the operator reads.

import type { WorldOptions } from '../../src/simulator/world/world.ts';

/** JSON, which is YAML too. */
export function policyText(
  { apps, budget, intervalMs }: Omit<WorldOptions, 'spare'>,
  { queueName, endpoint, busyPath }: { queueName: string; endpoint: string; busyPath: string },
): string {
  return JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'reality' },
    spec: {
      interval: `${intervalMs}ms`,
      capacity: budget.kind === 'slots' ? { slots: budget.slots } : undefined,
      apps: apps.map(({ terms, demand }) => ({
        name: terms.name,
        id: terms.id,
        priority: terms.priority,
        instances: { min: terms.min, max: terms.max },
        adopt: true,
        ...(demand === undefined
          ? { behavior: terms.behavior, remainder: { weight: terms.weight } }
          : {
              behavior: { ...terms.behavior, idleVictims: { path: busyPath } },
              targets: terms.targets.map(({ queueLength, algorithm }) => ({
                queueLength,
                algorithm,
                metric: { azureStorageQueue: { queueName, endpoint } },
              })),
            }),
      })),
    },
  });
}
