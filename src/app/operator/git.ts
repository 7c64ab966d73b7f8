// app: the git sources that the options name.

import { defined } from '../../lang/defined.ts';
import type { LoadPolicies } from '../../policy-sources/file-memory.ts';
import { createGitSource } from '../../policy-sources/git/index.ts';
import type { PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { OptionValues } from '../options.ts';
import type { Trust } from './trust.ts';

export type GitOptions = Pick<
  OptionValues,
  | 'git'
  | 'gitInterval'
  | 'gitTokenFile'
  | 'gitSshKeyFile'
  | 'gitKnownHostsFile'
  | 'gitVariable'
  | 'gitSuspend'
  | 'allowEmpty'
>;

export interface GitDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string | undefined;
  readonly trust: Trust;
  /** Text of a file that holds a secret, which is masked in the log from then on. */
  readonly readSecret: (path: string) => string;
  /** What is done to everything that is loaded. */
  readonly adapt: (load: LoadPolicies) => LoadPolicies;
}

const DEFAULT_INTERVAL_MS = 30_000;
/** A forge that is asked more often than this takes it for an attack. */
const MIN_INTERVAL_MS = 1_000;

/** @throws TerminalError for a repository or an option that cannot be used */
export function createGitSources(options: GitOptions, deps: GitDeps): readonly PolicySource[] {
  const { gitTokenFile: tokenFile, gitSshKeyFile: sshKeyFile, gitKnownHostsFile: knownHostsFile } = options;
  const intervalMs = options.gitInterval ?? DEFAULT_INTERVAL_MS;
  if (intervalMs < MIN_INTERVAL_MS) throw new TerminalError('--git-interval must be 1s or more');
  const load = deps.adapt(deps.trust.loaderWith((options.gitVariable ?? []).map(variableName)));
  return (options.git ?? []).map((repository) =>
    createGitSource(
      {
        repository,
        access: {
          ...(tokenFile !== undefined && { token: () => deps.readSecret(tokenFile) }),
          ...defined({ sshKeyFile, knownHostsFile }),
        },
        intervalMs,
        suspended: options.gitSuspend === true,
        allowEmpty: options.allowEmpty === true,
        dataDir: deps.dataDir,
      },
      { ...deps, load },
    ),
  );
}

function variableName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new TerminalError(
    `--git-variable: '${name}' is not the name of a variable; write it without $ and braces`,
  );
}
