// policy-sources/git: the policies of one commit. Objects are read as they are, there is no work tree: links, modes and
// odd names do nothing.

import { setImmediate } from 'node:timers/promises';
import { TerminalError } from '../../runtime/errors.ts';
import { FileMemory, type LoadPolicies } from '../file-memory.ts';
import { decodeText, MAX_BYTES, MAX_FILES, NOT_UTF8, POLICY_FILE, tooLarge, tooMany } from '../file-rules.ts';
import { SnapshotBuilder } from '../file-snapshot.ts';
import type { PolicySnapshot } from '../source.ts';
import type { Commit } from './follow.ts';
import type { GitLocation } from './location.ts';
import type { Repository, TreeFile } from './repository.ts';

/** Of all policy files of a commit together. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
const LINK_IGNORED = 'is a symbolic link, which is not followed in a repository: put a file in its place';
/** Parsing is work for the processor: after so many bytes others get their turn. */
const TURN_BYTES = 128 * 1024;

interface PolicyFile extends TreeFile {
  /** For people: the repository and the path in it. */
  readonly label: string;
}

export class CommitReader {
  readonly #location: GitLocation;
  readonly #memory: FileMemory;
  #last: { readonly commit: Commit; readonly snapshot: PolicySnapshot } | undefined;

  constructor(location: GitLocation, load: LoadPolicies) {
    this.#location = location;
    this.#memory = new FileMemory(load);
  }

  /**
   * Everything in the commit; what was parsed for the one before is not parsed again.
   *
   * @throws TerminalError for a commit with more than is read, TransientError when git fails
   */
  async read(commit: Commit, repository: Repository, signal: AbortSignal): Promise<PolicySnapshot> {
    const last = this.#last;
    if (last?.commit.hash === commit.hash && last.commit.branch === commit.branch) return last.snapshot;
    const { path } = this.#location;
    const tree = (await repository.tree(commit.hash, path, signal)).filter((file) =>
      isPolicyFile(file, path),
    );
    const files = tree
      .filter(({ kind }) => kind === 'file')
      .map((file) => ({ ...file, label: this.#label(file) }));
    const texts = await this.#texts(files, repository, signal);
    const builder = new SnapshotBuilder(this.#memory);
    const revision = revisionOf(commit);
    let worked = TURN_BYTES;
    for (const file of files) {
      if (worked >= TURN_BYTES) {
        await setImmediate(undefined, { signal });
        worked = 0;
      }
      // Looking at a file that is known, or too large, is a little work too.
      worked += 1_024 + (texts.get(file.oid)?.length ?? 0);
      this.#add(builder, file, { revision, bytes: texts.get(file.oid) });
    }
    const links = tree.filter(({ kind }) => kind === 'link').map((file) => this.#label(file));
    for (const path of links) builder.addIgnored({ path, why: LINK_IGNORED });
    builder.addMissing({ files: [...files.map(({ label }) => label), ...links], unreadable: [] });
    const snapshot = builder.build(this.#root());
    this.#last = { commit, snapshot };
    return snapshot;
  }

  #add(
    builder: SnapshotBuilder,
    { label, oid, bytes: size, path }: PolicyFile,
    { revision, bytes }: { readonly revision: string; readonly bytes: Buffer | undefined },
  ): void {
    const known = this.#memory.recall(label, oid);
    if (known !== undefined) {
      builder.addFile({ path: label, revision, result: known });
      return;
    }
    const text = bytes === undefined ? undefined : decodeText(bytes);
    // Of an earlier commit everything is known: what was read there and cannot be now is remembered.
    const rough = bytes?.toString('latin1') ?? '';
    const refuse = (why: string): void => builder.addUnreadable({ path: label, why, text: rough });
    if (path === undefined) refuse('its name is not UTF-8; rename it');
    else if (size > MAX_BYTES) refuse(tooLarge(size));
    else if (text === undefined) refuse(NOT_UTF8);
    else builder.addFile({ path: label, revision, result: this.#memory.load(label, text, oid) });
  }

  async #texts(
    files: readonly PolicyFile[],
    repository: Repository,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Buffer>> {
    if (files.length > MAX_FILES) throw new TerminalError(`${tooMany()}: name a path, --git URL#BRANCH:PATH`);
    const wanted = files.filter(
      ({ bytes, label, oid }) => bytes <= MAX_BYTES && !this.#memory.recall(label, oid),
    );
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > MAX_TOTAL_BYTES) {
      throw new TerminalError(
        `it holds ${total} bytes of policy files, more than ${MAX_TOTAL_BYTES} (64 MiB): name a path, --git URL#BRANCH:PATH`,
      );
    }
    return await repository.contents([...new Set(wanted.map(({ oid }) => oid))], signal);
  }

  #label({ path = '(a name that is not UTF-8)', oid }: TreeFile): string {
    // A name with a line break in it must not look like two lines of a log.
    const shown = /\p{Cc}/u.test(path) ? `${JSON.stringify(path)} ${oid}` : path;
    return `${this.#location.url} ${shown}`;
  }

  #root(): string {
    const { url, path } = this.#location;
    return path === '' ? url : `${url} ${path}`;
  }
}

/** `main@sha1:…` */
function revisionOf({ branch, hash }: Commit): string {
  return `${branch}@${hash.length === 40 ? 'sha1' : 'sha256'}:${hash}`;
}

/** Hidden names are left out below the path, as in a directory; a file that is named itself may be called anything. */
function isPolicyFile({ path, kind }: TreeFile, root: string): boolean {
  if (kind === 'submodule') return false;
  if (path === undefined) return true;
  if (path === root) return true;
  const below = root === '' ? path : path.slice(root.length + 1);
  return POLICY_FILE.test(path) && !below.split('/').some((name) => name.startsWith('.'));
}
