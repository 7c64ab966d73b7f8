// app: the policy sources that the options name. The administrator's own (files, text) are trusted; the others load
// through the trust rules.

import type { LoadResult } from '../../api/load.ts';
import { type AlgorithmType, resourceKey } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import type { ValueResolver } from '../../api/values.ts';
import { createDirectorySource } from '../../policy-sources/directory/index.ts';
import type { LoadPolicies } from '../../policy-sources/file-memory.ts';
import { createInlineSource } from '../../policy-sources/inline/index.ts';
import type { PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { createGitSources, type GitOptions } from './git.ts';
import { withLaw } from './law.ts';
import type { PlainVariables } from './plain-variables.ts';
import type { Trust } from './trust.ts';

export interface SourcesConfig {
  readonly policies: readonly string[];
  /** Policies that came with the process, as YAML. */
  readonly policyYaml?: string;
  /** In the place of every target's own law. */
  readonly law?: AlgorithmType;
  /** Repositories to follow, and how. */
  readonly git?: GitOptions;
  /** Where what was fetched is kept. */
  readonly dataDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface SourcesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly trust: Trust;
  readonly values: ValueResolver;
  /** Learns what the administrator's own policies take for plain. */
  readonly plain: PlainVariables;
  /** For the administrator's own texts. */
  readonly loadTrusted: LoadPolicies;
  /** Says which variables of a text are not set in this process. */
  readonly withUnresolved: (result: LoadResult, source: string) => LoadResult;
}

/** A folder and a repository have no place for what ends by itself. */
function withoutInterventions({ interventions = [], ...result }: LoadResult, source: string): LoadResult {
  const passedOver = interventions.map(
    ({ intervention, line }): Problem => ({
      severity: 'warning',
      ...{ source, line, pointer: '' },
      message: `Intervention ${resourceKey(intervention.metadata)} is passed over: it is applied to the operator or to Kubernetes, and what is to last belongs into the policy`,
    }),
  );
  return { ...result, problems: [...result.problems, ...passedOver] };
}

/** @throws TerminalError for a repository that cannot be followed */
export function createSources(
  config: SourcesConfig,
  { clock, log, trust, values, plain, loadTrusted, withUnresolved }: SourcesDeps,
): readonly PolicySource[] {
  const adapt =
    (loader: LoadPolicies): LoadPolicies =>
    (text, source) =>
      withUnresolved(withoutInterventions(withLaw(loader(text, source), config.law), source), source);
  const load = adapt(plain.learningFrom(loadTrusted));
  const { policyYaml: text, env, dataDir } = config;
  const readSecret = (path: string): string => values.resolve({ fromFile: path });
  return [
    ...config.policies.map((path) => createDirectorySource(path, { load, clock, log })),
    ...(text === undefined
      ? []
      : [createInlineSource({ text, place: 'MICROSCALING_POLICY_YAML' }, { load })]),
    ...createGitSources(config.git ?? {}, { clock, log, env, dataDir, trust, readSecret, adapt }),
  ];
}
