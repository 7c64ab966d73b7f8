// bench: a policy with one metric.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicies } from '../../src/app/policies/schema.ts';

/** What the metrics refer to. */
export const ENV = { KEY: 'a2V5' };

/**
 * @returns the directory of policies
 * @throws Error for a block that is refused: an operator without a policy loads no client
 */
export function writePolicy(dir: string, metric: object): string {
  const text = JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'one' },
    spec: {
      capacity: { slots: 2 },
      apps: [{ name: 'worker', priority: 1, instances: { min: 1 }, targets: [{ queueLength: 5, metric }] }],
    },
  });
  const refused = loadPolicies(text, 'bench').problems.find(({ severity }) => severity === 'error');
  if (refused !== undefined) throw new Error(refused.message);
  const policies = join(dir, 'policies');
  mkdirSync(policies);
  writeFileSync(join(policies, 'one.json'), text);
  return policies;
}
