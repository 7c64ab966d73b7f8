// test: moto's server of AWS' services, installed once, on a private port.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type PythonLibrary, programsOf, pythonLibraryMissing } from './python-library.ts';

const library = (title: string): PythonLibrary => ({
  title,
  folder: 'moto-5.2.5',
  packages: ['moto[server]==5.2.5'],
  program: 'moto_server',
});

/** Where `moto_server` is. */
export const motoPrograms = programsOf(library(''));

/** @param title of the tests that cannot run without it */
export function motoMissing(title: string): boolean {
  return pythonLibraryMissing(library(title));
}

/** It ends by itself after so long, whatever became of the test; the caller ends it before. */
export function startMoto(port: number, atMostS: number): ChildProcess {
  const program = [join(motoPrograms, 'moto_server'), '-H', '127.0.0.1', '-p', `${port}`];
  return spawn('timeout', ['-s', 'KILL', String(atMostS), ...program], { detached: true, stdio: 'ignore' });
}

/** One that leads a group of processes. */
export async function endServer(server: ChildProcess | undefined): Promise<void> {
  if (server?.pid === undefined || server.exitCode !== null) return;
  const ended = once(server, 'exit');
  process.kill(-server.pid, 'SIGKILL');
  await ended;
}

/** Whether anything is said there. */
export function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}
