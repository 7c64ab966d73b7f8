// bench: what a bench is to the command that runs it.

import { messageOf } from '../../src/runtime/errors.ts';
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
  /** What could not be measured, and why; then the run is not complete. */
  readonly failures?: readonly string[];
}

export interface Bench {
  readonly name: string;
  readonly help: string;
  /** Whether it is run where none is named. */
  readonly byDefault: boolean;
  /** @param step tells what is being measured, as it begins */
  readonly run: (options: BenchOptions, step: (doing: string) => void) => Promise<BenchResult>;
}

/** Measures parts one after the other: one that fails takes no figure of another with it. */
export async function inParts(
  parts: Readonly<Record<string, () => Promise<readonly Figure[]>>>,
): Promise<BenchResult> {
  const figures: Figure[] = [];
  const failures: string[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    try {
      figures.push(...(await measure()));
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  return { figures, failures };
}
