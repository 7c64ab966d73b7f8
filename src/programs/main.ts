// programs: finds a program by its name and runs it on the real clock.

import { systemClock } from '../runtime/clock.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Program, ProgramEnv } from './program.ts';

export const PROGRAM_NAMES = ['consumer', 'producer', 'remainder'] as const;

export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** Loaded by name: the remainder should not wait for the queue's SDK. */
const PROGRAMS: Readonly<Record<ProgramName, () => Promise<{ readonly run: Program }>>> = {
  consumer: () => import('./consumer.ts'),
  producer: () => import('./producer.ts'),
  remainder: () => import('./remainder.ts'),
};

/**
 * Runs one of the tutorial's programs until `signal` aborts, or until nobody reads its lines on stdout any more:
 * whoever started it is gone then.
 *
 * @throws TerminalError for an unknown name, and for a variable that is missing or wrong
 */
export async function runProgram(name: string, env: ProgramEnv, signal: AbortSignal): Promise<void> {
  if (!isProgramName(name))
    throw new TerminalError(`'${name}' is not a program; choose one of ${PROGRAM_NAMES.join(', ')}`);
  const { run } = await PROGRAMS[name]();
  const readerGone = new AbortController();
  process.stdout.on('error', (error) => readerGone.abort(error));
  const print = (line: string): void => {
    if (!readerGone.signal.aborted) process.stdout.write(`${name}: ${line}\n`);
  };
  const context = { env, clock: systemClock, random: Math.random, print };
  await run(context, AbortSignal.any([signal, readerGone.signal]));
}

function isProgramName(name: string): name is ProgramName {
  return PROGRAM_NAMES.some((known) => known === name);
}
