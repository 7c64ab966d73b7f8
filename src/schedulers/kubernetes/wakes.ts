// schedulers/kubernetes: who is to look because something changed in the cluster, in bursts.

import type { Clock } from '../../runtime/clock.ts';

/** The events of one change come one after the other; one wake-up serves them all. */
const WAKE_MS = 50;

type OnChange = (apps?: ReadonlySet<string>) => void;

export class Wakes {
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #watchers = new Set<OnChange>();
  #isDue = false;
  /** Undefined: about all. */
  #about: Set<string> | undefined = new Set();

  constructor(clock: Clock, closing: AbortSignal) {
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Resolves when aborted. */
  async watch(onChange: OnChange, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing]);
    if (either.aborted) return;
    this.#watchers.add(onChange);
    await new Promise<void>((done) => either.addEventListener('abort', () => done(), { once: true }));
    this.#watchers.delete(onChange);
  }

  /** Without any it may be about all. */
  changed(apps: ReadonlySet<string> | undefined): void {
    if (apps === undefined) this.#about = undefined;
    else for (const app of apps) this.#about?.add(app);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.sleep(WAKE_MS, this.#closing).then(
      () => this.#wake(),
      () => undefined,
    );
  }

  #wake(): void {
    const about = this.#about;
    this.#isDue = false;
    this.#about = new Set();
    for (const onChange of [...this.#watchers]) onChange(about);
  }
}
