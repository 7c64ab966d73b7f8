// controller: which policies own an app. Kept up with each of them as it changes.

import type { ResourceKey } from '../../api/policy.ts';
import type { OwnedApp, PolicyOwnership } from './ownership.ts';

export class AppOwners {
  readonly #appKey: (app: OwnedApp) => string;
  readonly #owners = new Map<string, Map<ResourceKey, PolicyOwnership>>();

  /** @param appKey its cluster and its id */
  constructor(appKey: (app: OwnedApp) => string) {
    this.#appKey = appKey;
  }

  /** In the place of what was known of a policy before. */
  replace(before: PolicyOwnership | undefined, owned: PolicyOwnership | undefined): void {
    if (before !== undefined) {
      for (const app of before.apps) {
        const key = this.#appKey(app);
        const owners = this.#owners.get(key);
        owners?.delete(before.policy);
        if (owners?.size === 0) this.#owners.delete(key);
      }
    }
    // What is known to be gone owns nothing that others would have to leave alone.
    if (owned === undefined || owned.reclaimPolicy !== undefined) return;
    for (const app of owned.apps) {
      const key = this.#appKey(app);
      const owners = this.#owners.get(key);
      if (owners === undefined) this.#owners.set(key, new Map([[owned.policy, owned]]));
      else owners.set(owned.policy, owned);
    }
  }

  /** Of all policies: what tells apps apart may be known better by now. */
  rebuild(all: Iterable<PolicyOwnership>): void {
    this.#owners.clear();
    for (const owned of all) this.replace(undefined, owned);
  }

  of(app: string): readonly PolicyOwnership[] {
    return [...(this.#owners.get(app)?.values() ?? [])];
  }
}
