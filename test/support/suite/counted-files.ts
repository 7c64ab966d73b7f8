// Says from the start how many test files there are and how many have ended, where vitest's own line about it is not shown.

import type { Reporter } from 'vitest/node';

const EVERY_MS = 10_000;

export interface CountedFilesDeps {
  readonly write: (text: string) => void;
  readonly nowMs: () => number;
}

export class CountedFilesReporter implements Reporter {
  readonly #deps: CountedFilesDeps;
  #startedMs = 0;
  #saidMs = 0;
  #files = 0;
  #ended = 0;

  constructor(
    deps: CountedFilesDeps = { write: (text) => void process.stderr.write(text), nowMs: Date.now },
  ) {
    this.#deps = deps;
  }

  onTestRunStart(specifications: { readonly length: number }): void {
    this.#files = specifications.length;
    this.#startedMs = this.#deps.nowMs();
    this.#say();
  }

  onTestModuleEnd(): void {
    this.#ended += 1;
    if (this.#deps.nowMs() - this.#saidMs >= EVERY_MS) this.#say();
  }

  #say(): void {
    this.#saidMs = this.#deps.nowMs();
    const seconds = Math.round((this.#saidMs - this.#startedMs) / 1_000);
    this.#deps.write(`${this.#ended} of ${this.#files} test files, ${seconds} s\n`);
  }
}
