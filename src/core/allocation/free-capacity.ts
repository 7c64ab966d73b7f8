// core: what is left to give, as a vector: one dimension for slots, four for resources.

import type { Budget } from '../decision.ts';
import { count, reading } from '../numbers.ts';
import type { AppObservation, Footprint } from '../observation.ts';

export type Vector = readonly number[];

export const RESOURCES = ['cpus', 'mem', 'disk', 'gpus'] as const;

const ONE_SLOT: Vector = [1];

/** What one instance takes of the budget. Negative and unreadable figures take nothing. */
export function costOf(budget: Budget, footprint: Footprint): Vector {
  if (budget.kind === 'slots') return ONE_SLOT;
  return RESOURCES.map((name) => reading(footprint[name]));
}

function nought(): number {
  return 0;
}

export function addTo(sum: number[], cost: Vector, instances: number): void {
  for (let d = 0; d < cost.length; d++) sum[d] = (sum[d] ?? 0) + (cost[d] ?? 0) * instances;
}

/** A mutable account of the room left; may be overdrawn by what is there already. */
export class FreeCapacity {
  readonly #free: number[];
  /** Sums of decimal fractions (0.1 cpus) must not refuse the last instance. */
  readonly #slack: Vector;

  constructor(free: Vector) {
    this.#free = free.map((value) => (Number.isNaN(value) ? 0 : value));
    this.#slack = free.map((value) => (Number.isFinite(value) ? 1e-9 * Math.max(1, Math.abs(value)) : 0));
  }

  get free(): Vector {
    return this.#free;
  }

  /** Nothing of what this counts, to add to. */
  none(): number[] {
    return this.#free.map(nought);
  }

  /** How many instances of this cost fit; Infinity when it costs nothing. */
  fits(cost: Vector): number {
    let fits = Number.POSITIVE_INFINITY;
    for (let d = 0; d < cost.length; d++) {
      const each = cost[d] ?? 0;
      if (each <= 0) continue;
      fits = Math.min(fits, Math.floor(((this.#free[d] ?? 0) + (this.#slack[d] ?? 0)) / each));
    }
    return Math.max(0, fits);
  }

  take(cost: Vector, instances: number): void {
    if (instances === 0) return;
    for (let d = 0; d < cost.length; d++) {
      const each = cost[d] ?? 0;
      if (each > 0) this.#free[d] = (this.#free[d] ?? 0) - each * instances;
    }
  }
}

/**
 * Instances whose place is taken: an app's wish (the scheduler launches up to it at any moment) or its tasks,
 * whichever is larger, and every killed task until it is gone. Unreachable tasks hold nothing (docs/design/round.md#allocation).
 */
export function occupied(observed: AppObservation | undefined): number {
  if (observed === undefined) return 0;
  return count(
    Math.max(count(observed.requested), count(observed.running) + count(observed.staging)) +
      count(observed.killing),
  );
}

/** Instances that have a task which holds resources, those that are being stopped included. */
export function launched(observed: AppObservation | undefined): number {
  if (observed === undefined) return 0;
  return count(count(observed.running) + count(observed.staging) + count(observed.killing));
}
