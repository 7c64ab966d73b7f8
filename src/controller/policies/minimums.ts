// controller: what the minimums of a policy take from a budget.

import type { CapacitySpec } from '../../api/policy.ts';
import { rounded } from '../../api/words/figures.ts';
import { appsOf, type Version } from './records.ts';

export interface Need {
  readonly slots: number;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

export const NOTHING: Need = { slots: 0, cpus: 0, mem: 0, disk: 0, gpus: 0 };
const RESOURCES = ['cpus', 'mem', 'disk', 'gpus'] as const;

export function plus(a: Need, b: Need): Need {
  return {
    slots: a.slots + b.slots,
    cpus: a.cpus + b.cpus,
    mem: a.mem + b.mem,
    disk: a.disk + b.disk,
    gpus: a.gpus + b.gpus,
  };
}

/** What the minimums of a policy's scaled apps take; footprints that the policy does not state count nothing. */
export function minimumsOf(version: Version): Need {
  let need = NOTHING;
  for (const { instances, app } of appsOf(version)) {
    const min = instances.min ?? 0;
    const each = (name: string): number =>
      typeof app?.[name] === 'number' ? min * (app[name] as number) : 0;
    need = plus(need, {
      slots: min,
      cpus: each('cpus'),
      mem: each('mem'),
      disk: each('disk'),
      gpus: each('gpus'),
    });
  }
  return need;
}

/** `12 of 10 slots`, or undefined while it fits. */
export function overBudget(need: Need, capacity: CapacitySpec): string | undefined {
  if (capacity.slots !== undefined && need.slots > capacity.slots) {
    return `${need.slots} of ${capacity.slots} slots`;
  }
  for (const name of RESOURCES) {
    const total = capacity.resources?.[name];
    // Sums of decimal fractions: 0.1 + 0.2 must fit into 0.3.
    if (total !== undefined && need[name] > total + 1e-9)
      return `${rounded(need[name])} of ${rounded(total)} ${name}`;
  }
  return undefined;
}
