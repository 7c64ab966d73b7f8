// policy-sources/git: keeps the newest commit ready. One question to the remote at a time, for all callers.

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { abortable } from '../../runtime/abort/abortable.ts';
import type { Logger } from '../../runtime/log.ts';
import { makeScratchDirectory, type ScratchUse } from '../../runtime/scratch.ts';
import type { GitAccess } from './environment.ts';
import { explainGitFailure } from './failure.ts';
import type { GitLocation } from './location.ts';
import { Repository } from './repository.ts';

export interface Commit {
  readonly hash: string;
  /** Branch or tag, `main`. */
  readonly branch: string;
}

export interface FollowConfig {
  readonly location: GitLocation;
  readonly access: GitAccess;
  /** Where repositories are kept over restarts; absent: in a directory that ends with the watch. */
  readonly dataDir?: string | undefined;
  /** Stay at the commit that there is. */
  readonly suspended: boolean;
}

export interface FollowDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** What is known after a look at the remote. */
export interface Followed {
  readonly newest?: Commit;
  /** Why the remote could not be followed; absent while all is well. */
  readonly failure?: string;
}

/** Without a store. */
export const CLONE: ScratchUse = {
  what: 'the clone of a repository that --git follows',
  instead: 'name a directory that is writable with --data DIR',
};

const NOTHING_YET: Followed = { failure: 'it is being fetched for the first time' };

const SUSPENDED_TOO_EARLY: Followed = {
  failure:
    'it is suspended, and there is no commit from before: start once with --data and without --git-suspend',
};

export class Follower {
  readonly #config: FollowConfig;
  readonly #deps: FollowDeps;
  #repository: Repository | undefined;
  #temporary: string | undefined;
  #state: Followed = NOTHING_YET;
  #looking: Promise<void> | undefined;
  /** Of the watch: a look outlives the caller that began it, but not this. */
  #life: AbortSignal | undefined;

  constructor(config: FollowConfig, deps: FollowDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  get state(): Followed {
    return this.#state;
  }

  /** @throws Error before the first look has opened it */
  get repository(): Repository {
    if (this.#repository === undefined) throw new Error('the repository is not open yet');
    return this.#repository;
  }

  begin(life: AbortSignal): void {
    this.#life = life;
  }

  async end(): Promise<void> {
    this.#life = undefined;
    await this.#looking?.catch(() => undefined);
    if (this.#temporary === undefined) return;
    this.#repository = undefined;
    this.#state = NOTHING_YET;
    rmSync(this.#temporary, { recursive: true, force: true });
    this.#temporary = undefined;
  }

  /** What is kept cannot be read any more: it is fetched anew at the next look. */
  discard(): void {
    this.#repository?.remove();
    this.#repository = undefined;
  }

  /** Looks at the remote and fetches what is new; how that went is in `state`. Rejects only with `signal.reason`. */
  async look(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      this.#looking ??= this.#start(this.#life ?? signal);
      try {
        await abortable(this.#looking, signal);
        return;
      } catch {
        // Either we are no longer wanted, or whoever began to look is not: then we begin.
      }
    }
  }

  #start(signal: AbortSignal): Promise<void> {
    return this.#lookOnce(signal).finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookOnce(signal: AbortSignal): Promise<void> {
    try {
      await this.#open(signal);
      const { newest } = this.#state;
      if (!this.#config.suspended) this.#state = { newest: await this.#followRemote(newest, signal) };
      else if (newest !== undefined) this.#state = { newest };
      else this.#state = SUSPENDED_TOO_EARLY;
    } catch (error) {
      signal.throwIfAborted();
      this.#state = { ...this.#state, failure: explainGitFailure(error) };
    }
  }

  async #open(signal: AbortSignal): Promise<void> {
    if (this.#repository !== undefined) return;
    const { location, access, dataDir } = this.#config;
    const directory = dataDir === undefined ? this.#temporaryDirectory() : kept(dataDir, location);
    const repository = new Repository({ directory, location, access, env: this.#deps.env });
    await repository.open(signal);
    const hash = await repository.kept('newest', signal);
    this.#repository = repository;
    this.#state =
      hash === undefined ? NOTHING_YET : { newest: { hash, branch: await this.#branch(repository, signal) } };
  }

  #temporaryDirectory(): string {
    this.#temporary ??= makeScratchDirectory('microscaling-git', CLONE);
    return this.#temporary;
  }

  async #branch(repository: Repository, signal: AbortSignal): Promise<string> {
    return (await repository.branch(signal)) ?? this.#config.location.branch ?? 'HEAD';
  }

  async #followRemote(known: Commit | undefined, signal: AbortSignal): Promise<Commit> {
    const { repository } = this;
    const head = await repository.remoteHead(signal);
    const branch = head.ref.replace(/^refs\/(heads|tags)\//, '');
    if (head.commit === known?.hash && branch === known.branch) return known;
    const hash = head.commit === known?.hash ? head.commit : await repository.fetch(head.ref, signal);
    await repository.noteBranch(branch, signal);
    await this.#report(known, { hash, branch }, signal);
    return { hash, branch };
  }

  async #report(before: Commit | undefined, now: Commit, signal: AbortSignal): Promise<void> {
    const { log } = this.#deps;
    const fields = { repository: this.#config.location.url, branch: now.branch, commit: now.hash };
    if (before === undefined) log.info('git: following a branch', fields);
    else if (await this.repository.isAncestor(before.hash, now.hash, signal)) {
      log.info('git: new commit', { ...fields, before: before.hash });
    } else {
      log.warn(
        'git: the branch was rewritten (force-push), or moved by many commits; it is followed all the same',
        {
          ...fields,
          before: before.hash,
        },
      );
    }
  }
}

/** One directory for each thing that is followed. */
function kept(dataDir: string, { url, branch, path }: GitLocation): string {
  const identity = createHash('sha256')
    .update(JSON.stringify([url, branch ?? null, path]))
    .digest('hex');
  return join(dataDir, 'git', identity.slice(0, 16));
}
