// bench: what the suite found, row by row and pooled.

import type { FlatFigures, Pooled } from '../../src/simulator/pooled.ts';
import type { SetName } from './sets.ts';

export interface BenchRow extends FlatFigures {
  readonly set: SetName;
  readonly law: string;
  readonly load: string;
  readonly seed: number;
}

/** Means over all loads and seeds of a set. */
export interface BenchSummary extends Pooled {
  readonly set: string;
  readonly law: string;
}

export interface SuiteResult {
  readonly rows: readonly BenchRow[];
  readonly summary: readonly BenchSummary[];
  /** What is to be known about the figures. */
  readonly notes: readonly string[];
}
