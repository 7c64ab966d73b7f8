// controller: what policies own, on disk: written before anything is written to a cluster, and read back after a restart.

import { isDeepStrictEqual } from 'node:util';
import type { ResourceKey } from '../../api/policy.ts';
import type { DocumentChange, DocumentStore } from '../../runtime/document-store.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { readOwnership, storedOwnership } from './codec.ts';
import type { Ownership, PolicyOwnership } from './ownership.ts';

const COLLECTION = 'holding';

export class OwnershipStore {
  readonly #documents: DocumentStore;
  readonly #log: Logger;
  readonly #written = new Map<ResourceKey, PolicyOwnership>();
  #failing = false;

  constructor({ documents, log }: { readonly documents: DocumentStore; readonly log: Logger }) {
    this.#documents = documents;
    this.#log = log;
    for (const [key, value] of documents.all(COLLECTION)) {
      const owned = readOwnership(value);
      if (owned?.policy === key) this.#written.set(owned.policy, owned);
      else log.warn('what a policy owns is not readable and left out', { policy: key });
    }
  }

  /** As they were when the process before this one ended. */
  read(): Ownership {
    return new Map([...this.#written.values()].map((owned) => [owned.policy, owned]));
  }

  /**
   * Writes what changed, all or nothing. A store that cannot be written must not stop the operator: what it lacks
   * is still known to this process, and written with the next change.
   *
   * @param only of these policies something may be new; absent: of any
   */
  write(ownership: Ownership, only?: Iterable<ResourceKey>): void {
    const policies =
      only === undefined || this.#failing
        ? new Set([...ownership.keys(), ...this.#written.keys()])
        : new Set(only);
    const changes = [...this.#changes(ownership, policies)];
    if (changes.length === 0) return;
    try {
      this.#documents.write(changes);
    } catch (error) {
      if (!this.#failing) {
        this.#log.error(
          'what policies own cannot be written down; should one be removed while no operator runs, its apps stay',
          { reason: messageOf(error) },
        );
      }
      this.#failing = true;
      return;
    }
    this.#failing = false;
    for (const policy of policies) {
      const owned = ownership.get(policy);
      if (owned === undefined) this.#written.delete(policy);
      else this.#written.set(policy, owned);
    }
  }

  *#changes(ownership: Ownership, policies: Iterable<ResourceKey>): Iterable<DocumentChange> {
    for (const key of policies) {
      const value = ownership.get(key);
      const known = this.#written.get(key);
      if (value === undefined && known !== undefined) yield { do: 'remove', collection: COLLECTION, key };
      if (value === undefined || same(known, value)) continue;
      yield { do: 'put', collection: COLLECTION, key, value: storedOwnership(value) };
    }
  }
}

function same(a: PolicyOwnership | undefined, b: PolicyOwnership): boolean {
  return isDeepStrictEqual(a, b);
}
