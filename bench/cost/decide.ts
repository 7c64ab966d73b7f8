// bench: `npm run bench -- decide`: what a decision costs, and what it costs to read a policy. Measured in this thread.

import { loadPolicies } from '../../src/app/policies/schema.ts';
import { decide } from '../../src/core/decide.ts';
import type { DecisionInput, DecisionMemory } from '../../src/core/decision.ts';
import { measureGroup, type Timing, type Work } from './measure.ts';
import { busyPool } from './pool.ts';

/** A pool in motion: every round is half a second later, carries its memory and reads other queues. */
function decisions(name: string, apps: number): Work<DecisionInput> {
  let round = 0;
  let memory: DecisionMemory | undefined;
  return {
    name,
    prepare: () => {
      round += 1;
      const input = busyPool(apps, round);
      return memory === undefined ? input : { ...input, memory };
    },
    run: (input) => {
      memory = decide(input).memory;
    },
  };
}

const POLICY = JSON.stringify({
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name: 'bench' },
  spec: {
    capacity: { slots: 10 },
    apps: [
      {
        name: 'consumer',
        priority: 1,
        instances: { min: 1, max: 10 },
        targets: [{ queueLength: 50, metric: { random: { min: 0, max: 100, period: '10s', seed: 1 } } }],
      },
      { name: 'remainder', priority: 2, instances: { min: 1 }, remainder: { weight: 1 } },
    ],
  },
});

const PARSING: Work<string> = {
  name: 'parse and validate one policy',
  prepare: () => POLICY,
  run: (text) => void loadPolicies(text, 'bench'),
};

export function decisionCost(): readonly Timing[] {
  return [
    ...measureGroup([
      decisions('decide, pool of 10 apps', 10),
      decisions('decide, pool of 100 apps', 100),
      decisions('decide, pool of 1,000 apps', 1_000),
    ] as readonly Work<unknown>[]),
    ...measureGroup([PARSING] as readonly Work<unknown>[]),
  ];
}
