// schedulers/marathon: whether a Marathon whose event stream is open still says anything. While nothing moves its stream is silent
// for ten seconds at a time and nothing is read, so that one that hangs looks like one at rest: it is asked something cheap.

import type { Clock } from '../../../runtime/clock.ts';

export interface PulseOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** Asks; calls `onLate` once when the answer is late. Throws when there is none. */
  readonly ask: (onLate: () => void, signal: AbortSignal) => Promise<void>;
  /** It fell silent, gave no answer, or says something again. */
  readonly onTurn: () => void;
}

/** Nobody asks one that said something so recently. */
const QUIET_MS = 2_000;

export class Pulse {
  readonly #options: PulseOptions;
  #heardAtMs: number;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #isSilent = false;
  #lost: { readonly error: unknown } | undefined;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#heardAtMs = options.clock.monotonic();
  }

  /** Since when it says nothing, though it was asked; monotonic. Undefined: it answers. */
  get silentSinceMs(): number | undefined {
    return this.#isSilent ? this.#heardAtMs : undefined;
  }

  /** Why it is given up: it was asked, and has answered nothing since. Undefined: it is not. */
  get lost(): { readonly error: unknown } | undefined {
    return this.#lost;
  }

  /** It answered a question, whoever asked. */
  answered(): void {
    this.#answeredAtMs = this.#options.clock.monotonic();
    this.heard();
  }

  /** It said something, whatever it was. */
  heard(): void {
    this.#heardAtMs = this.#options.clock.monotonic();
    const wasLost = this.#lost !== undefined;
    this.#lost = undefined;
    if (wasLost) this.#options.onTurn();
    this.#turn(false);
  }

  /** Somebody else asked in vain: the newest failure says best what is wrong with one that is given up. */
  failed(error: unknown): void {
    if (this.#lost !== undefined) this.#lost = { error };
  }

  /** Asks whenever nothing was heard for a while. Throws what `ask` does, or `signal.reason` when aborted. */
  async watch(signal: AbortSignal): Promise<never> {
    const { clock } = this.#options;
    try {
      for (;;) {
        const restMs = this.#heardAtMs + QUIET_MS - clock.monotonic();
        if (restMs > 0) {
          await clock.sleep(restMs, signal);
          continue;
        }
        await this.#ask(signal);
      }
    } finally {
      this.#turn(false);
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { clock, ask, onTurn } = this.#options;
    const askedAtMs = clock.monotonic();
    try {
      await ask(() => this.#turn(this.#heardAtMs <= askedAtMs), signal);
      this.heard();
    } catch (error) {
      // One that answers others is there: this question is asked anew.
      if (!signal.aborted && this.#answeredAtMs > askedAtMs) return;
      if (!signal.aborted) {
        this.#lost = { error };
        onTurn();
      }
      throw error;
    }
  }

  #turn(isSilent: boolean): void {
    if (this.#isSilent === isSilent) return;
    this.#isSilent = isSilent;
    this.#options.onTurn();
  }
}
