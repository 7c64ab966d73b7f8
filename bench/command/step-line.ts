// bench: a line about what is going on: kept up to date on a terminal, a plain line for each step elsewhere.

import { ERASED, rewritten } from '../../src/cli/output/rewritten.ts';
import type { Clock } from '../../src/runtime/clock.ts';

export interface StepOutput {
  readonly isTty: boolean;
  write(text: string): void;
}

const EVERY_MS = 1_000;

export class StepLine {
  readonly #output: StepOutput;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #over = new AbortController();
  #doing = '';

  constructor(output: StepOutput, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#startedMs = clock.now();
    if (output.isTty) void this.#tick().catch(() => undefined);
  }

  /** From now on this is what is going on. */
  say(doing: string): void {
    if (doing === this.#doing) return;
    this.#doing = doing;
    this.#show();
  }

  /** Makes room for what is printed; the line comes back by itself. */
  clear(): void {
    if (this.#output.isTty) this.#output.write(ERASED);
  }

  end(): void {
    this.#over.abort(new Error('over'));
    this.clear();
  }

  #show(): void {
    const text = `${elapsed(this.#clock.now() - this.#startedMs)}  ${this.#doing}`;
    this.#output.write(this.#output.isTty ? rewritten(text) : `${text}\n`);
  }

  async #tick(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#clock.sleep(EVERY_MS, this.#over.signal);
      this.#show();
    }
  }
}

/** `0:07`, `12:30`. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
