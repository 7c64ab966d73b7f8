// policy-sources/git: the bare repository that commits are fetched into, and the questions that are asked of it.

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import { GitFailure, runGit } from './command.ts';
import { type GitAccess, gitEnvironment } from './environment.ts';
import type { GitLocation } from './location.ts';

/** What a branch or tag of the remote repository points to. */
export interface RemoteHead {
  /** Full name, `refs/heads/main`. */
  readonly ref: string;
  /** Hash of the commit. */
  readonly commit: string;
}

/** One entry of a commit's tree. */
export interface TreeFile {
  /** From the root of the repository; undefined when it is no UTF-8. */
  readonly path: string | undefined;
  readonly oid: string;
  readonly bytes: number;
  readonly kind: 'file' | 'link' | 'submodule';
}

/** Names under which commits are kept: the newest, the one whose policies are in effect, the last one without a fault. */
export type Kept = 'newest' | 'effective' | 'sound';

export interface RepositoryOptions {
  /** Made when it is not there; nobody else writes to it. */
  readonly directory: string;
  readonly location: GitLocation;
  readonly access: GitAccess;
  /** This process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const LOCAL_MS = 60_000;
const ASK_MS = 30_000;
const FETCH_MS = 10 * 60_000;
/** How many commits may come at once and still be seen to follow the last one. */
const DEPTH = 20;
const HASH = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** All of it throws what `runGit` throws. */
export class Repository {
  readonly #options: RepositoryOptions;

  constructor(options: RepositoryOptions) {
    this.#options = options;
  }

  /**
   * Makes the repository usable, whatever state a killed process left it in; what cannot be read any more is made
   * anew, empty.
   *
   * @throws TerminalError when the directory cannot be written
   */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#exists()) {
      this.#removeLocks();
      try {
        await this.#git(['rev-parse', '--is-bare-repository'], signal);
        await this.kept('effective', signal);
        return;
      } catch (error) {
        if (!(error instanceof GitFailure)) throw error;
        this.remove();
      }
    }
    this.#prepare();
    await this.#git(
      ['init', '--quiet', '--bare', '--template=', '--initial-branch=none', '--', this.#options.directory],
      signal,
    );
  }

  remove(): void {
    rmSync(this.#options.directory, { recursive: true, force: true });
  }

  /**
   * Asks the remote repository, without fetching anything.
   *
   * @throws TransientError also when there is no such branch or tag, or no commit at all
   */
  async remoteHead(signal: AbortSignal): Promise<RemoteHead> {
    const { location } = this.#options;
    const { branch, url } = location;
    const wanted =
      branch === undefined
        ? ['HEAD']
        : [`refs/heads/${branch}`, `refs/tags/${branch}`, `refs/tags/${branch}^{}`];
    const output = await this.#git(['ls-remote', '--quiet', '--symref', '--', url, ...wanted], signal, {
      timeoutMs: ASK_MS,
    });
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split('\t'));
    const hashOf = (name: string): string | undefined =>
      lines.find(([hash = '', ref]) => ref === name && HASH.test(hash))?.[0];
    if (branch !== undefined) {
      const found = [`refs/heads/${branch}`, `refs/tags/${branch}^{}`, `refs/tags/${branch}`]
        .map((name) => ({ ref: name.replace(/\^\{\}$/, ''), commit: hashOf(name) }))
        .find(({ commit }) => commit !== undefined);
      if (found?.commit === undefined) throw new TransientError(`it has no branch or tag '${branch}'`);
      return { ref: found.ref, commit: found.commit };
    }
    const commit = hashOf('HEAD');
    const target = lines.find(([value = '', ref]) => ref === 'HEAD' && value.startsWith('ref: '))?.[0];
    if (commit === undefined) throw new TransientError('it has no commit yet');
    return { ref: target?.slice('ref: '.length) ?? 'HEAD', commit };
  }

  /** Fetches what `ref` points to by now and keeps it as the newest commit; resolves to its hash. */
  async fetch(ref: string, signal: AbortSignal): Promise<string> {
    const known = (await this.kept('newest', signal)) !== undefined;
    const args = [
      'fetch',
      '--quiet',
      '--force',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      '--update-shallow',
      `--depth=${known ? DEPTH : 1}`,
      '--',
      this.#options.location.url,
      `+${ref}:${refOf('newest')}`,
    ];
    await this.#git(args, signal, { timeoutMs: FETCH_MS });
    const commit = await this.kept('newest', signal);
    if (commit === undefined) throw new TransientError(`${ref} is no commit`);
    return commit;
  }

  async kept(name: Kept, signal: AbortSignal): Promise<string | undefined> {
    const output = await this.#git(
      ['for-each-ref', '--format=%(objectname) %(*objectname)', refOf(name)],
      signal,
    );
    // An annotated tag names its commit second.
    const hash = output.toString('utf8').trim().split(' ').at(-1) ?? '';
    return HASH.test(hash) ? hash : undefined;
  }

  /** The commit survives until another one takes the name. */
  async keep(name: Kept, commit: string, signal: AbortSignal): Promise<void> {
    await this.#git(['update-ref', '--no-deref', refOf(name), commit], signal);
  }

  /** False also when the way between the two is longer than what was fetched. */
  async isAncestor(older: string, newer: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#git(['merge-base', '--is-ancestor', older, newer], signal);
      return true;
    } catch (error) {
      if (error instanceof GitFailure) return false;
      throw error;
    }
  }

  /** Which branch the newest commit was fetched from, for people. */
  async branch(signal: AbortSignal): Promise<string | undefined> {
    try {
      const output = await this.#git(['config', '--local', 'microscaling.branch'], signal);
      return output.toString('utf8').trim() || undefined;
    } catch (error) {
      if (error instanceof GitFailure) return undefined;
      throw error;
    }
  }

  async noteBranch(name: string, signal: AbortSignal): Promise<void> {
    await this.#git(['config', '--local', 'microscaling.branch', name], signal);
  }

  /** Files of a commit at or below `path`, in the order of their names. */
  async tree(commit: string, path: string, signal: AbortSignal): Promise<readonly TreeFile[]> {
    const below = path === '' ? [] : ['--', path];
    const output = await this.#git(
      ['ls-tree', '-r', '-z', '--long', '--full-tree', commit, ...below],
      signal,
    );
    return splitAt(output, 0).map(treeFile);
  }

  /** Contents by hash. */
  async contents(oids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
    if (oids.length === 0) return new Map();
    const output = await this.#git(['cat-file', '--batch'], signal, { input: `${oids.join('\n')}\n` });
    return readBatch(output);
  }

  #git(
    args: readonly string[],
    signal: AbortSignal,
    { timeoutMs = LOCAL_MS, input = '' }: { readonly timeoutMs?: number; readonly input?: string } = {},
  ): Promise<Buffer> {
    const { env, directory } = this.#options;
    return runGit({ args, env: gitEnvironment(this.#options, env, directory), input, timeoutMs }, signal);
  }

  #exists(): boolean {
    return existsSync(join(this.#options.directory, 'HEAD'));
  }

  #prepare(): void {
    const { directory, location } = this.#options;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      chmodSync(directory, 0o700);
      writeFileSync(join(directory, 'trusted'), trustedDirectories(location));
    } catch (error) {
      throw new TerminalError(`${directory} cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }

  /** git leaves them behind when it is killed, and then waits for nobody. */
  #removeLocks(): void {
    const { directory } = this.#options;
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith('.lock'))
        rmSync(join(entry.parentPath, entry.name), { force: true });
    }
  }
}

function refOf(name: Kept): string {
  return `refs/microscaling/${name}`;
}

/** A repository of this machine is trusted by naming it, also where it belongs to another user. */
function trustedDirectories({ url }: GitLocation): string {
  if (!url.startsWith('file://')) return '';
  const path = fileURLToPath(new URL(url)).replace(/\/+$/, '');
  const quoted = [path, `${path}/.git`].map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`);
  return `[safe]\n${quoted.map((each) => `\tdirectory = ${each}\n`).join('')}`;
}

/** `<mode> <type> <oid> <size>\t<path>`, the size padded and `-` where there is none. */
function treeFile(line: Buffer): TreeFile {
  const tab = line.indexOf(9);
  const [mode = '', , oid = '', size = ''] = line.subarray(0, tab).toString('latin1').split(/ +/);
  const bytes = line.subarray(tab + 1);
  const path = bytes.toString('utf8');
  const kind = mode === '160000' ? 'submodule' : mode === '120000' ? 'link' : 'file';
  return { path: Buffer.from(path).equals(bytes) ? path : undefined, oid, bytes: Number(size) || 0, kind };
}

/** Of `<oid> blob <size>\n<content>\n`, one after the other. */
function readBatch(output: Buffer): ReadonlyMap<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [oid = '', type, size] = output.subarray(at, end).toString('latin1').split(' ');
    if (type !== 'blob') throw new GitFailure(`object ${oid} cannot be read`, '');
    const from = end + 1;
    contents.set(oid, output.subarray(from, from + Number(size)));
    at = from + Number(size) + 1;
  }
  return contents;
}

function splitAt(buffer: Buffer, byte: number): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < buffer.length; ) {
    const end = buffer.indexOf(byte, at);
    parts.push(buffer.subarray(at, end < 0 ? buffer.length : end));
    at = end < 0 ? buffer.length : end + 1;
  }
  return parts;
}
