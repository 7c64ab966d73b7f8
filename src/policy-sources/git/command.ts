// policy-sources/git: runs the real git as a child process: never through a shell, bounded in time and output, and
// gone with everything it started when it is no longer wanted.

import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';

export interface GitCommand {
  readonly args: readonly string[];
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to its standard input. */
  readonly input?: string;
  readonly timeoutMs: number;
}

/** git ran and was not content. */
export class GitFailure extends TransientError {
  /** What it complained about, for whoever turns it into words; never shown as it is. */
  readonly stderr: string;

  constructor(message: string, stderr: string) {
    super(message);
    this.stderr = stderr;
  }
}

/** The names of a million files; nobody keeps so many beside policies. */
const MAX_OUTPUT_BYTES = 96 * 1024 * 1024;
const MAX_STDERR_BYTES = 16 * 1024;
const KILL_AFTER_MS = 2_000;

/**
 * Resolves to what it printed.
 *
 * @throws GitFailure, TransientError when it took too long or printed too much, TerminalError when there is no git,
 *   `signal.reason` when aborted
 */
export async function runGit(command: GitCommand, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(command.timeoutMs);
  const tooMuch = new AbortController();
  const stop = AbortSignal.any([signal, deadline, tooMuch.signal]);
  const { stdout, stderr, code } = await exchange(command, stop, () => tooMuch.abort());
  signal.throwIfAborted();
  const verb = command.args.find((arg) => !arg.startsWith('-')) ?? '';
  if (tooMuch.signal.aborted)
    throw new TransientError(`git ${verb} printed more than it should: too many files`);
  if (deadline.aborted)
    throw new TransientError(`git ${verb} did not end within ${command.timeoutMs / 1000} s`);
  if (code !== 0) throw new GitFailure(`git ${verb} failed`, stderr);
  return stdout;
}

interface Exchange {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number | null;
}

function exchange(
  { args, env, input }: GitCommand,
  stop: AbortSignal,
  onTooMuch: () => void,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    // A group of its own: git leaves the network to helpers, which must end with it.
    const child = spawn('git', [...args], { env, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout = collect(child.stdout, MAX_OUTPUT_BYTES, onTooMuch);
    const stderr = collect(child.stderr, MAX_STDERR_BYTES, () => undefined);
    const onStop = endGroup.bind(undefined, child);
    child.once('error', (error) => reject(cannotStart(error)));
    child.once('close', (code) => {
      stop.removeEventListener('abort', onStop);
      resolve({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8'), code });
    });
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    // One that ends early does not read to the end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

/** What arrives, up to `maxBytes`; the rest is read and dropped. */
function collect(stream: NodeJS.ReadableStream, maxBytes: number, onTooMuch: () => void): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else onTooMuch();
  });
  return chunks;
}

function endGroup(child: ChildProcess): void {
  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  kill('SIGTERM');
  const timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
  child.once('close', () => clearTimeout(timer));
}

function cannotStart(error: Error): Error {
  const missing = 'code' in error && error.code === 'ENOENT';
  return new TerminalError(
    missing ? 'there is no git on this machine: install it, or put it into PATH' : `git: ${messageOf(error)}`,
    { cause: error },
  );
}
