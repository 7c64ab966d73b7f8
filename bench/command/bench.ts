// bench: what a bench is to the command that runs it.

import type { Figure, Timing } from '../cost/measure.ts';

export interface BenchOptions {
  readonly seed?: string;
}

/** What a bench has found. */
export interface BenchResult {
  readonly timings?: readonly Timing[];
  readonly figures?: readonly Figure[];
  /** For a bench with a form of its own: what is printed, and what the JSON document holds under the bench's name. */
  readonly own?: { readonly text: string; readonly data: unknown };
}

export interface Bench {
  readonly name: string;
  readonly help: string;
  /** Whether it is run where none is named. */
  readonly byDefault: boolean;
  /** @param step tells what is being measured, as it begins */
  readonly run: (options: BenchOptions, step: (doing: string) => void) => Promise<BenchResult>;
}
