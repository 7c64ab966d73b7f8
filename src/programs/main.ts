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
 * Runs one of the tutorial's programs until `signal` aborts; lines for people go to stdout.
 *
 * @throws TerminalError for an unknown name, and for a variable that is missing or wrong
 */
export async function runProgram(name: string, env: ProgramEnv, signal: AbortSignal): Promise<void> {
  if (!isProgramName(name))
    throw new TerminalError(`'${name}' is not a program; choose one of ${PROGRAM_NAMES.join(', ')}`);
  const { run } = await PROGRAMS[name]();
  const print = (line: string): void => void process.stdout.write(`${name}: ${line}\n`);
  await run({ env, clock: systemClock, random: Math.random, print }, signal);
}

function isProgramName(name: string): name is ProgramName {
  return PROGRAM_NAMES.some((known) => known === name);
}
