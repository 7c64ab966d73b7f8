// controller: whether this instance acts, as it was told last, for what works by itself between rounds.

import type { LeadershipState } from './leadership.ts';

export class ActingNow {
  #acting = false;
  /** A standing lasts for days, and is told of in every round and before every write. */
  readonly #heard = new WeakSet<AbortSignal>();

  get isActing(): boolean {
    return this.#acting;
  }

  told({ acting, lost }: LeadershipState): void {
    this.#acting = acting;
    if (lost === undefined || this.#heard.has(lost)) return;
    this.#heard.add(lost);
    lost.addEventListener(
      'abort',
      () => {
        this.#acting = false;
      },
      { once: true },
    );
  }
}
