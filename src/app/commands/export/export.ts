// app: `export`: a policy from apps that run already.

import { createdBy } from '../../../api/labels/creation-label.ts';
import { resourceKey } from '../../../api/policy.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { MarathonApp } from '../../../schedulers/marathon/schema.ts';
import { readPolicyFiles } from '../../policies/policy-files.ts';
import { loadPolicies } from '../../policies/schema.ts';
import { clientOf, clusterTarget } from '../cluster-target.ts';
import { exportedDefinition } from './definition.ts';
import { policyName } from './names.ts';
import { policyText } from './policy-text.ts';
import { selectApps } from './select.ts';

export interface ExportConfig {
  readonly marathon: readonly string[];
  /** Policies that say where Marathon is and with which credentials it is asked. */
  readonly files?: readonly string[];
  /** App ids, in order of priority. */
  readonly apps: readonly string[];
  /** Of the policy; made from the ids when absent. */
  readonly name?: string;
  readonly definitions: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Exported {
  readonly text: string;
  /** What a reader must know beside the text. */
  readonly notes: readonly string[];
}

/** @throws TerminalError when an app does not exist or nothing valid can be made of it; TransientError when Marathon cannot be read */
export async function exportPolicy(config: ExportConfig, signal: AbortSignal): Promise<Exported> {
  const { files, definitions } = config;
  const { resources } = files === undefined ? { resources: [] } : await readPolicyFiles(files, signal);
  const target = clusterTarget(
    resources.map(({ resource }) => resource),
    config.marathon,
  );
  const client = clientOf(target.marathon, { env: config.env, clock: systemClock });
  try {
    const apps = await selectApps(client, config.apps, signal);
    const name = config.name ?? policyName(apps.map(({ id }) => id));
    const text = policyText({ name, url: client.url, apps, definitions });
    check(text);
    return { text, notes: apps.flatMap((app) => notesOn(app, { name, definitions })) };
  } finally {
    client.close();
  }
}

/** What we print, we must be able to read. */
export function check(text: string): void {
  const { problems } = loadPolicies(text, 'exported policy');
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (errors.length > 0) throw new TerminalError(`no valid policy can be made of this: ${errors.join('; ')}`);
}

function notesOn(
  app: MarathonApp,
  { name, definitions }: { readonly name: string; readonly definitions: boolean },
): readonly string[] {
  const owner = createdBy(app.labels);
  const ours = resourceKey({ namespace: 'default', name });
  const exported = definitions ? exportedDefinition(app) : undefined;
  return [
    ...(owner !== undefined && owner !== ours
      ? [`${app.id} was created by policy ${owner}: take it out of there first, an app belongs to one policy`]
      : []),
    ...(exported !== undefined && 'leftOut' in exported
      ? [`the definition of ${app.id} is left out: ${exported.leftOut}`]
      : []),
  ];
}
