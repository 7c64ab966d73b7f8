// controller: what is being collected, each with why that is not done yet.

import { defined } from '../../lang/defined.ts';
import type { PendingCollection } from '../policies/records.ts';
import type { PendingCollectionView } from '../status/view.ts';

export class PendingCollections {
  readonly #leaving: () => readonly PendingCollection[];
  readonly #troubles = new Map<string, string>();

  /** @param leaving what is to be collected and is still there */
  constructor(leaving: () => readonly PendingCollection[]) {
    this.#leaving = leaving;
  }

  /** It could not be collected, this time; returns whether that is news. */
  postponed(leaving: PendingCollection, message: string): boolean {
    this.#forgetOthers();
    const name = nameOf(leaving);
    if (this.#troubles.get(name) === message) return false;
    this.#troubles.set(name, message);
    return true;
  }

  view(): readonly PendingCollectionView[] {
    return this.#leaving().map((leaving) => {
      const { policy, app, onDelete } = leaving;
      const message = this.#troubles.get(nameOf(leaving));
      return { policy, app, onDelete, ...defined({ message }) };
    });
  }

  /** What is gone, or named again. */
  #forgetOthers(): void {
    const names = new Set(this.#leaving().map(nameOf));
    for (const name of this.#troubles.keys()) if (!names.has(name)) this.#troubles.delete(name);
  }
}

function nameOf({ policy, app }: PendingCollection): string {
  return `${policy} ${app}`;
}
