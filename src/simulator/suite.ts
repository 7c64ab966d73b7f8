// simulator: the port of the bench, which the repository has and the published package has not: laws to compare
// with, and suites that put all of them through prepared worlds.

import type { Law } from './law/law.ts';
import type { Progress } from './progress.ts';
import type { TextFormat } from './report/table.ts';

export interface Bench {
  /** Laws beside the shipped ones. */
  readonly rivals: readonly Law[];
  /** By name. */
  readonly suites: Readonly<Record<string, Suite>>;
}

export interface SuiteQuestion {
  /** Which of its sets; absent: all. */
  readonly sets?: readonly string[];
  /** Ids; absent: all that the suite compares. */
  readonly laws?: readonly string[];
  readonly seeds: readonly number[];
  /** How many worlds, of suites that sample them. */
  readonly cells?: number;
}

export interface SuiteResult {
  /** For programs. */
  readonly json: unknown;
  /** For people. */
  text(format: TextFormat): string;
}

export interface Suite {
  /** @throws TerminalError for a set or a law that there is not */
  run(
    question: SuiteQuestion,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<SuiteResult>;
}
