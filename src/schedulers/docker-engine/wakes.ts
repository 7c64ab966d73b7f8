// schedulers: who is to look because something happened at an engine, in bursts.

import type { Clock } from '../../runtime/clock.ts';

/** Events of one change come in a burst; one wake-up serves them all. */
const WAKE_MS = 20;

type OnChange = (apps?: ReadonlySet<string>) => void;

export class Wakes {
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #subscribers = new Set<OnChange>();
  #isWaiting = false;
  /** Undefined: about all. */
  #gathered: Set<string> | undefined = new Set();

  constructor(clock: Clock, closing: AbortSignal) {
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Returns its own undo. */
  subscribe(onChange: OnChange): () => void {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  }

  /** The first of a burst is told at once, what follows within a moment together. About all when no app is named. */
  changed(app?: string): void {
    if (app === undefined) this.#gathered = undefined;
    else this.#gathered?.add(app);
    if (!this.#isWaiting) this.#tell();
  }

  #tell(): void {
    const about = this.#gathered;
    this.#gathered = new Set();
    this.#isWaiting = true;
    for (const onChange of [...this.#subscribers]) onChange(about);
    this.#clock.sleep(WAKE_MS, this.#closing).then(
      () => {
        this.#isWaiting = false;
        if (this.#gathered === undefined || this.#gathered.size > 0) this.#tell();
      },
      () => undefined,
    );
  }
}
