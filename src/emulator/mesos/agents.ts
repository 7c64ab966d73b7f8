// emulator: the pretend agents: one machine's budget, cut into equal parts.

import type { AgentSpec } from './cluster.ts';

/** MB; the disk of the machine is not measured. */
const PRETEND_DISK = 1_000_000;

/** What all tasks together may hold: cpus in shares of a core, mem in MB, slots as a number of tasks. */
export interface Budget {
  readonly cpus: number;
  readonly mem: number;
  readonly slots?: number;
}

/**
 * Parts that add up to the budget; what cannot be divided (a MB, a slot) goes to the first ones.
 *
 * @param clusterId what the ids of the agents begin with, as in Mesos: `<clusterId>-S0`
 */
export function agentsOf(budget: Budget, count: number, clusterId: string): AgentSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${clusterId}-S${index}`,
    hostname: hostnameOf(index),
    total: {
      cpus: budget.cpus / count,
      mem: share(budget.mem, count, index),
      disk: share(PRETEND_DISK, count, index),
      gpus: 0,
    },
    ...(budget.slots === undefined ? {} : { slots: share(budget.slots, count, index) }),
  }));
}

function share(total: number, count: number, index: number): number {
  const whole = Math.floor(total / count);
  return index === 0 && count === 1 ? total : whole + (index < total - whole * count ? 1 : 0);
}

/** Hosts differ where the whole of 127/8 is this machine; elsewhere only 127.0.0.1 can be reached. */
function hostnameOf(index: number): string {
  return process.platform === 'linux' ? `127.0.0.${index + 1}` : '127.0.0.1';
}
