// controller: what is being let go of, each with why that is not done yet.

import { defined } from '../../lang/defined.ts';
import type { Leaving } from '../policies/records.ts';
import type { LeavingView } from '../status/view.ts';

export class LeavingBoard {
  readonly #leaving: () => readonly Leaving[];
  readonly #troubles = new Map<string, string>();

  /** @param leaving what is to be let go of and is still there */
  constructor(leaving: () => readonly Leaving[]) {
    this.#leaving = leaving;
  }

  /** It could not be let go of, this time; returns whether that is news. */
  postponed(leaving: Leaving, message: string): boolean {
    this.#forgetOthers();
    const name = nameOf(leaving);
    if (this.#troubles.get(name) === message) return false;
    this.#troubles.set(name, message);
    return true;
  }

  view(): readonly LeavingView[] {
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

function nameOf({ policy, app }: Leaving): string {
  return `${policy} ${app}`;
}
