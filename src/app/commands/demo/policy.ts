// app: what a demo must know of its policies before it starts: whom it is about, and what they need.

import { readFileSync } from 'node:fs';
import type { AppSpec, MicroscalingPolicy } from '../../../api/policy.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import { loadPolicies } from '../../policies/schema.ts';
import { STORAGE_VARIABLES } from './azurite.ts';

export interface DemoPolicies {
  /** The policy that the demo is about: the first of its file. */
  readonly name: string;
  /** Whether anything in the file reads a queue or hands one to its app. */
  readonly useStorage: boolean;
  /** Whether another law would make a difference: laws are for queue lengths. */
  readonly haveQueueLength: boolean;
}

/** @throws TerminalError with every problem when the file holds no valid policy */
export function readDemoPolicies(path: string): DemoPolicies {
  const { resources, problems } = loadPolicies(read(path), path);
  const policies = resources.flatMap(({ resource }) =>
    resource.kind === 'MicroscalingPolicy' ? [resource] : [],
  );
  const [first] = policies;
  if (first !== undefined) return { name: first.metadata.name, ...needsOf(policies) };
  const why = problems.map((p) => `${p.source}:${p.line ?? 1}: ${p.pointer} ${p.message}`).join('\n');
  throw new TerminalError(`${path} holds no valid MicroscalingPolicy\n${why}`.trimEnd());
}

function needsOf(policies: readonly MicroscalingPolicy[]): Omit<DemoPolicies, 'name'> {
  const apps = policies.flatMap(({ spec }) => spec.apps);
  const targets = apps.flatMap((app) => app.targets ?? []);
  return {
    useStorage:
      targets.some(({ metric }) => metric['azureStorageQueue'] !== undefined) || apps.some(isGivenQueue),
    haveQueueLength: targets.some(({ queueLength }) => queueLength !== undefined),
  };
}

function isGivenQueue({ envFrom }: AppSpec): boolean {
  return envFrom.some(({ from }) => STORAGE_VARIABLES.some((name) => name === from.fromEnv));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TerminalError(`--policy ${path}: ${messageOf(error)}`, { cause: error });
  }
}
