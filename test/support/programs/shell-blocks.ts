// test support: the shell blocks of a Markdown page, and running their commands as somebody would who types them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ShellBlock {
  /** Line of the page on which its first command stands. */
  readonly line: number;
  readonly commands: readonly string[];
}

export interface CodeBlock {
  readonly language: string;
  /** Line of the page on which its first line stands. */
  readonly line: number;
  readonly text: string;
}

/** Every fenced block, in the page's order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language = '', 2: text = '', index }) => ({
      language,
      line: markdown.slice(0, index).split('\n').length + 1,
      text,
    }),
  );
}

/** The commands of every ```sh block. */
export function shellBlocks(markdown: string): readonly ShellBlock[] {
  return codeBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .map(({ line, text }) => ({ line, commands: commandsOf(text) }));
}

/** One a line, those that go on behind a backslash in one. */
export function commandsOf(block: string): readonly string[] {
  return block
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((command) => command.trim() !== '');
}

export interface Typed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell that remembers its exports, as a terminal does. */
export class Terminal {
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #exports: string[] = [];
  readonly #background: ChildProcess[] = [];

  constructor(cwd: string, env: Readonly<Record<string, string | undefined>>) {
    this.#cwd = cwd;
    this.#env = env;
  }

  /** Types a command and waits for its end. */
  async type(command: string): Promise<Typed> {
    if (/^export /.test(command)) this.#exports.push(command);
    const child = this.#spawn(command);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  /** Types a command that goes on in a terminal of its own; the returned function is its Ctrl-C. */
  begin(command: string): () => Promise<void> {
    const child = this.#spawn(command);
    child.stdout?.resume();
    child.stderr?.resume();
    this.#background.push(child);
    return () => interrupt(child);
  }

  async close(): Promise<void> {
    await Promise.all(this.#background.map(interrupt));
  }

  #spawn(command: string): ChildProcess {
    return spawn('bash', ['-c', [...this.#exports, command].join('\n')], {
      cwd: this.#cwd,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

async function interrupt(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  process.kill(-child.pid, 'SIGINT');
  await closed;
}
