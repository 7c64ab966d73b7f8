// app: the policy sources that the options name. The administrator's own (files, text) are trusted; the others load
// through the trust rules.

import type { LoadResult } from '../api/load.ts';
import type { AlgorithmType } from '../api/policy.ts';
import { createDirectorySource } from '../policy-sources/directory/index.ts';
import { createInlineSource } from '../policy-sources/inline/index.ts';
import type { PolicySource } from '../policy-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import { withLaw } from './law.ts';
import { loadPolicies } from './schema.ts';

export interface SourcesConfig {
  readonly policies: readonly string[];
  /** Policies that came with the process, as YAML. */
  readonly policyYaml?: string;
  /** In the place of every target's own law. */
  readonly law?: AlgorithmType;
}

export interface SourcesDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

export function createSources(config: SourcesConfig, { clock, log }: SourcesDeps): readonly PolicySource[] {
  const load = (text: string, source: string): LoadResult => withLaw(loadPolicies(text, source), config.law);
  const { policyYaml: text } = config;
  return [
    ...config.policies.map((path) => createDirectorySource(path, { load, clock, log })),
    ...(text === undefined
      ? []
      : [createInlineSource({ text, place: 'MICROSCALING_POLICY_YAML' }, { load })]),
  ];
}
