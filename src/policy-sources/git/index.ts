// policy-sources/git: policies from a branch of a git repository.

import type { Problem } from '../../api/problem.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TransientError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { requireScratch } from '../../runtime/scratch.ts';
import type { LoadPolicies } from '../file-memory.ts';
import type { PolicySnapshot, PolicySource } from '../source.ts';
import type { GitAccess } from './environment.ts';
import { explainGitFailure } from './failure.ts';
import { CLONE, type Commit, type FollowConfig, Follower } from './follow.ts';
import { type GitLocation, parseLocation } from './location.ts';
import { CommitReader } from './read.ts';
import { revived } from './revive.ts';

export type { GitAccess } from './environment.ts';

export interface GitSourceConfig {
  /** `URL[#branch[:path]]`. */
  readonly repository: string;
  readonly access: GitAccess;
  readonly intervalMs: number;
  readonly suspended: boolean;
  /** Whether a commit without any policy deletes them all. */
  readonly allowEmpty: boolean;
  /** Where fetched commits are kept over restarts. */
  readonly dataDir?: string | undefined;
}

export interface GitSourceDeps {
  /** Text to resources; the source itself knows no schema. */
  readonly load: LoadPolicies;
  readonly clock: Clock;
  readonly log: Logger;
  /** This process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A slow remote does not hold up the other sources for longer: what there is goes on, and the watch reports more. */
const LONGEST_WAIT_MS = 5_000;

/**
 * See readme.md for what happens when the repository cannot be reached or its commits are not good.
 *
 * @throws TerminalError for a URL that cannot be followed, and where there is no place for a clone
 */
export function createGitSource(config: GitSourceConfig, deps: GitSourceDeps): PolicySource {
  if (config.dataDir === undefined) requireScratch(CLONE);
  return new GitSource(parseLocation(config.repository), config, deps);
}

class GitSource implements PolicySource {
  readonly name: string;
  readonly home = 'Git';
  readonly #config: GitSourceConfig;
  readonly #deps: GitSourceDeps;
  readonly #follower: Follower;
  readonly #newest: CommitReader;
  /** Reads the commit that is in effect while the newest one is not taken. */
  readonly #effective: CommitReader;
  /** The watch has just looked. */
  #fresh = false;
  /** Something was listed since the start. */
  #listed = false;
  /** The last commit without a fault, as far as this process has seen one. */
  #sound: string | undefined;
  /** What was listed last is not the whole truth: it is to be listed again. */
  #again = false;

  constructor(location: GitLocation, config: GitSourceConfig, deps: GitSourceDeps) {
    const { url, branch, path } = location;
    this.name = `git ${url}${branch === undefined && path === '' ? '' : `#${branch ?? ''}`}${path === '' ? '' : `:${path}`}`;
    this.#config = config;
    this.#deps = deps;
    const following: FollowConfig = { ...config, location };
    this.#follower = new Follower(following, deps);
    this.#newest = new CommitReader(location, deps.load);
    this.#effective = new CommitReader(location, deps.load);
  }

  async list(signal: AbortSignal): Promise<PolicySnapshot> {
    signal.throwIfAborted();
    await this.#look(signal);
    const { newest, failure } = this.#follower.state;
    if (newest === undefined) return unknown([this.#problem(failure ?? 'nothing was fetched yet')]);
    const snapshot = await this.#taken(newest, signal);
    return failure === undefined
      ? snapshot
      : {
          ...snapshot,
          complete: false,
          problems: [...snapshot.problems, this.#notFollowed(failure, newest)],
        };
  }

  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#follower.begin(signal);
    let seen: string | undefined;
    try {
      while (!signal.aborted) {
        await this.#follower.look(signal);
        const state = JSON.stringify(this.#follower.state);
        if (state !== seen || this.#again) {
          seen = state;
          this.#again = false;
          this.#fresh = true;
          onChange();
        }
        await this.#deps.clock.sleep(this.#config.intervalMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#follower.end();
    }
  }

  /** Waits for a look at the remote, not for longer than `LONGEST_WAIT_MS`. */
  async #look(signal: AbortSignal): Promise<void> {
    if (this.#fresh) {
      this.#fresh = false;
      return;
    }
    const done = new AbortController();
    const longEnough = this.#deps.clock.sleep(LONGEST_WAIT_MS, AbortSignal.any([signal, done.signal]));
    try {
      await Promise.race([this.#follower.look(signal), longEnough]);
    } finally {
      done.abort();
    }
  }

  /** What the newest commit says, or the last one that may have its way. */
  async #taken(newest: Commit, signal: AbortSignal): Promise<PolicySnapshot> {
    const { repository } = this.#follower;
    const starting = !this.#listed;
    const sound = starting ? await this.#lastSound(newest, this.#newest, signal) : undefined;
    const snapshot = await this.#read(newest, this.#newest, signal);
    this.#listed = true;
    if (snapshot instanceof Error) return this.#goOn(newest, { why: snapshot.message, starting }, signal);
    const before = await repository.kept('effective', signal);
    if (before !== undefined && deletesAll(snapshot) && !this.#config.allowEmpty) {
      return this.#hold(newest, { before, starting }, signal);
    }
    // One that is broken in part is in effect as well: whoever goes back to it takes nothing back.
    const takes = namesIn(snapshot) > 0 || (snapshot.complete && this.#config.allowEmpty);
    if (takes && before !== newest.hash) await repository.keep('effective', newest.hash, signal);
    if (takes && isSound(snapshot) && this.#sound !== newest.hash) {
      await repository.keep('sound', newest.hash, signal);
      this.#sound = newest.hash;
    }
    return this.#revived(snapshot, sound);
  }

  #revived(snapshot: PolicySnapshot, sound: PolicySnapshot | undefined): PolicySnapshot {
    if (sound === undefined || snapshot.invalid.length === 0) return snapshot;
    // Listed as good first, so that it runs, and as broken at the next look.
    this.#again = true;
    return revived(snapshot, sound);
  }

  /** Read before `commit`, so that what a file held is known when it does not parse any more. */
  async #lastSound(
    commit: Commit,
    reader: CommitReader,
    signal: AbortSignal,
  ): Promise<PolicySnapshot | undefined> {
    const hash = await this.#follower.repository.kept('sound', signal);
    if (hash === undefined || hash === commit.hash) return undefined;
    const sound = await this.#read({ ...commit, hash }, reader, signal);
    return sound instanceof Error ? undefined : sound;
  }

  /** What the commit says that was taken last. */
  async #inEffect(commit: Commit, starting: boolean, signal: AbortSignal): Promise<PolicySnapshot> {
    const sound = starting ? await this.#lastSound(commit, this.#effective, signal) : undefined;
    return this.#revived(await this.#effective.read(commit, this.#follower.repository, signal), sound);
  }

  async #hold(
    newest: Commit,
    { before: hash, starting }: { readonly before: string; readonly starting: boolean },
    signal: AbortSignal,
  ): Promise<PolicySnapshot> {
    const held = await this.#inEffect({ ...newest, hash }, starting, signal);
    if (namesIn(held) === 0) return held;
    const deletionHeld =
      `commit ${short(newest)} of ${newest.branch} leaves no policy at all: what commit ${short({ hash })} says ` +
      `(${namesIn(held)}) goes on; restore them, or start the operator with --allow-empty to let them go`;
    return { ...held, complete: false, deletionHeld };
  }

  /** The newest commit cannot be read: the last one that could be stays in effect. */
  async #goOn(
    newest: Commit,
    { why, starting }: { readonly why: string; readonly starting: boolean },
    signal: AbortSignal,
  ): Promise<PolicySnapshot> {
    const { repository } = this.#follower;
    const problem = this.#problem(`commit ${short(newest)} of ${newest.branch} is not taken: ${why}`);
    const hash = await repository.kept('effective', signal);
    if (hash === undefined || hash === newest.hash) return unknown([problem]);
    const before = await this.#inEffect({ ...newest, hash }, starting, signal);
    return { ...before, complete: false, problems: [...before.problems, problem] };
  }

  /** An error is about this commit; what git itself cannot read is thrown away, to be fetched again. */
  async #read(commit: Commit, reader: CommitReader, signal: AbortSignal): Promise<PolicySnapshot | Error> {
    try {
      return await reader.read(commit, this.#follower.repository, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) return new Error(messageOf(error));
      this.#follower.discard();
      throw new TransientError(`${this.name}: ${explainGitFailure(error)}; it will be fetched again`, {
        cause: error,
      });
    }
  }

  #notFollowed(failure: string, { branch, hash }: Commit): Problem {
    return this.#problem(
      `cannot be followed: ${failure}; commit ${short({ hash })} of ${branch} is the last one known`,
    );
  }

  #problem(message: string): Problem {
    return { severity: 'error', source: this.name, pointer: '', message };
  }
}

function unknown(problems: readonly Problem[]): PolicySnapshot {
  return { resources: [], problems, invalid: [], complete: false };
}

function namesIn({ resources, invalid }: PolicySnapshot): number {
  return resources.length + invalid.length;
}

/** Only a commit that was understood as a whole can mean that. */
function deletesAll(snapshot: PolicySnapshot): boolean {
  return snapshot.complete && namesIn(snapshot) === 0;
}

/** Nothing in it is broken, as far as it is about policies. */
function isSound({ complete, invalid, unsure = [] }: PolicySnapshot): boolean {
  return complete && invalid.length === 0 && unsure.length === 0;
}

function short({ hash }: Pick<Commit, 'hash'>): string {
  return hash.slice(0, 10);
}
