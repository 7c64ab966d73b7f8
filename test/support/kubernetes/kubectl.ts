// test support: the kubectls that there are, each with a home of its own.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { RunningCommand } from '../programs/command.ts';

export interface KubectlProgram {
  readonly path: string;
  /** `v1.32.4`. */
  readonly version: string;
}

/** Paths of further kubectls, as in PATH: tests run with every one of them. */
const MORE = (process.env['TEST_KUBECTL'] ?? '').split(delimiter).filter((path) => path !== '');

/** The kubectl in PATH and those of TEST_KUBECTL that can be started. */
export function kubectlPrograms(): readonly KubectlProgram[] {
  return ['kubectl', ...MORE].flatMap((path) => {
    const { stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], {
      encoding: 'utf8',
      env: isolated('/nonexistent'),
    });
    const version = /"gitVersion": *"([^"]+)"/.exec(stdout ?? '')?.[1];
    return version === undefined ? [] : [{ path, version }];
  });
}

/**
 * Why tests with kubectl cannot run here, or undefined: `describe.skipIf(kubectlMissing(programs))`. Prints the
 * reason. Under CI a missing kubectl is a failure, so there it is never skipped.
 */
export function kubectlMissing(programs: readonly KubectlProgram[]): boolean {
  if (programs.length > 0 || process.env['CI'] === 'true') return false;
  console.warn(
    'tests with kubectl skipped: none in PATH (apt-get install kubernetes-client, or set TEST_KUBECTL)',
  );
  return true;
}

export interface KubectlResult {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export class Kubectl {
  readonly #path: string;
  readonly #server: string;
  readonly #env: Readonly<Record<string, string>>;

  /** @param home a directory for its cache; made when it is not there */
  constructor({ path }: KubectlProgram, server: string, home: string) {
    mkdirSync(home, { recursive: true });
    this.#path = path;
    this.#server = server;
    this.#env = isolated(home);
  }

  /** Starts it in a process group of its own, for commands that go on until they are stopped. */
  start(args: readonly string[], options: KubectlOptions = {}): RunningCommand {
    const child = spawn(this.#path, ['--server', this.#server, ...args], {
      env: { ...this.#env, ...options.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.stdin.end(options.input ?? '');
    const ended = new Promise<number | string>((done) => {
      child.once('close', (code, signal) => done(code ?? signal ?? 'unknown'));
    });
    return { child, stdout: () => stdout, stderr: () => stderr, ended };
  }

  async run(args: readonly string[], options: KubectlOptions = {}): Promise<KubectlResult> {
    const command = this.start(args, options);
    const code = await command.ended;
    return { code, stdout: command.stdout(), stderr: command.stderr() };
  }

  /** What it printed, without the newline at the end; throws when it failed. */
  async does(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
    return stdout.trimEnd();
  }

  /** What it complained about; throws when it did not fail. */
  async fails(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code === 0) throw new Error(`kubectl ${args.join(' ')} did not fail:\n${stdout}`);
    return stderr.trimEnd();
  }
}

export interface KubectlOptions {
  /** Its standard input, for `-f -`. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Nothing of this machine's clusters, and everybody's cache apart. */
function isolated(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    LC_ALL: 'C',
  };
}

export function homeOf({ version }: KubectlProgram, dir: string): string {
  return join(dir, `kubectl-${version}`);
}
