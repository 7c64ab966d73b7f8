// controller: whether this instance acts, as it was told last, for what works by itself between rounds.

import type { Clock } from '../../runtime/clock.ts';
import type { LeadershipState } from './leadership.ts';
import { Silence } from './silence.ts';

export class ActingNow {
  #acting = false;
  readonly #silence: Silence;
  /** A standing lasts for days, and is told of in every round and before every write. */
  readonly #heard = new WeakSet<AbortSignal>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#silence = new Silence(clock);
  }

  get isActing(): boolean {
    return this.#acting && !this.#silence.isLong;
  }

  /** Who acts could not be read. */
  unknown(): void {
    this.#silence.goesOn();
  }

  told({ acting, lost }: LeadershipState): void {
    this.#acting = acting;
    this.#silence.ends();
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
