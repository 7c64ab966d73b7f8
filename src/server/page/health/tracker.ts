// server: how every policy is doing in one view, and since when.

import type { OperatorView } from '../../../controller/status/view.ts';
import { type Health, policyHealth } from './policy-health.ts';
import { Since } from './since.ts';

/** By `namespace/name`. */
export type Healths = ReadonlyMap<string, Health>;

/** Follows the views, so that what carries no time of its own has one. */
export class HealthTracker {
  readonly #since = new Since();

  /** Of `view`, which is newer than the one before. */
  look({ pools, decisions, atMs }: Pick<OperatorView, 'pools' | 'decisions' | 'atMs'>): Healths {
    const newest = new Map(decisions.toReversed().map((decision) => [decision.app, decision]));
    const found = pools.flatMap((pool) =>
      pool.policies.map((policy) => {
        const health = policyHealth(policy, { pool, decisions: newest });
        const key = `${policy.namespace}/${policy.name}`;
        return { key, health, began: health.cluster ?? `${key} ${health.kind}` };
      }),
    );
    this.#since.update(
      found.map(({ began, health }) => [began, health.sinceMs]),
      atMs,
    );
    return new Map(
      found.map(({ key, health, began }) => [key, { sinceMs: this.#since.of(began) ?? atMs, ...health }]),
    );
  }
}
