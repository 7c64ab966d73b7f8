// programs: what each of the tutorial's programs is given, and the shape it has.

import type { Clock } from '../runtime/clock.ts';

export type ProgramEnv = Readonly<Record<string, string | undefined>>;

export interface ProgramContext {
  readonly env: ProgramEnv;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Writes one line for people. */
  readonly print: (line: string) => void;
}

/**
 * Works until `signal` aborts, then finishes its present message and resolves. Throws TerminalError when a
 * variable is missing or wrong.
 */
export type Program = (context: ProgramContext, signal: AbortSignal) => Promise<void>;
