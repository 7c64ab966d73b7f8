// test support: drives the real command line as a person's shell would, and looks at the processes it leaves.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { until } from '../until.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');
const MAIN = resolve(ROOT, 'src/cli/main.ts');

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Through `npm run -s microscaling --`, as the README writes it; otherwise Node runs main.ts itself. */
  readonly npm?: boolean;
  /** Another script of this checkout, from its root, in the place of the command line. */
  readonly script?: string;
}

/** Starts `microscaling …args` in a process group of its own, with a mark in its environment that children inherit. */
export function start(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const [command, before] = options.npm
    ? ['npm', ['run', '-s', 'microscaling', '--']]
    : [process.execPath, [options.script === undefined ? MAIN : resolve(ROOT, options.script)]];
  const child = spawn(command as string, [...(before as string[]), ...args], {
    cwd: ROOT,
    env: { ...clean(process.env), ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<number | string>((done) => {
    child.once('close', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** Runs to the end. */
export async function run(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }> {
  const command = start(args, options);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

/** Waits until the command has printed something, and fails with all it printed when it ends before. */
export async function printed(command: RunningCommand, pattern: RegExp): Promise<RegExpExecArray> {
  const text = (): string => `${command.stdout()}\n${command.stderr()}`;
  let over = false;
  void command.ended.then(() => {
    over = true;
  });
  await until(`${pattern} in the output`, () => pattern.test(text()) || over, 60_000);
  const match = pattern.exec(text());
  if (match === null) throw new Error(`ended without ${pattern}:\n${text()}`);
  return match;
}

/** Puts `microscaling` into a folder, as an installation would; a PATH that finds it there first. */
export function pathWithCommand(folder: string): string {
  const program = join(folder, 'microscaling');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}

/** Kills the whole group, for afterEach; what a test leaves behind must not disturb the next. */
export function killGroup(command: RunningCommand | undefined): void {
  if (command?.child.pid === undefined) return;
  try {
    process.kill(-command.child.pid, 'SIGKILL');
  } catch {
    // already gone
  }
}

/** Pids of processes whose environment holds `NAME=value`. Linux only. */
export function processesWith(name: string, value: string): readonly number[] {
  return processesBy(name).get(value) ?? [];
}

/** Pids of processes by the value of a variable in their environment, in one look at all of them. Linux only. */
export function processesBy(name: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const value = environmentOf(pid)
      .find((entry) => entry.startsWith(`${name}=`))
      ?.slice(name.length + 1);
    if (value !== undefined) found.set(value, [...(found.get(value) ?? []), Number(pid)]);
  }
  return found;
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Without what a surrounding npm or vitest put there. */
function clean(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(npm_|VITEST|AZURE_|MICROSCALING|MSS_|NODE_OPTIONS)/.test(name),
    ),
  );
}
