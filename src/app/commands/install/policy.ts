// app: the policy of an installation: the tutorial's, with its apps in the group of the installation.

import { readFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import type { MicroscalingPolicy } from '../../../api/policy.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { packageFile } from '../../package-root.ts';
import { loadPolicies } from '../../policies/schema.ts';
import type { InstallSettings } from './settings.ts';

/** Its value is the group: by it an installation recognises its own apps. */
export const INSTALLATION_LABEL = 'microscaling.io/installation';

const TEMPLATE = 'specs/policies/queue-demo.yaml';

type Json = Readonly<Record<string, unknown>>;

export interface InstalledPolicy {
  /** As it travels in the operator's definition; holds references only, never a secret. */
  readonly text: string;
  readonly policy: MicroscalingPolicy;
}

/** @throws TerminalError when what comes out is no valid policy */
export function installedPolicy({ group, image }: Pick<InstallSettings, 'group' | 'image'>): InstalledPolicy {
  const template = load(readFileSync(packageFile(TEMPLATE), 'utf8')) as Json & {
    spec: Json & { apps: Json[] };
  };
  const apps = template.spec.apps.map((app) => {
    const { user, ...definition } = app['app'] as Json;
    return {
      ...app,
      id: `${group}/${String(app['name'])}`,
      app: {
        ...definition,
        labels: { [INSTALLATION_LABEL]: group },
        // An image says by itself as whom it runs.
        ...(image === undefined ? { user } : { container: dockerContainer(image) }),
      },
    };
  });
  const name = group.slice(1).replaceAll('/', '-');
  const text = dump(
    { ...template, metadata: { name }, spec: { ...template.spec, apps } },
    { noRefs: true, lineWidth: -1 },
  );
  return { text, policy: validated(text, group) };
}

/** Runs `cmd` in the image's own shell, on the network of its host. */
export function dockerContainer(image: string): Json {
  return { type: 'DOCKER', docker: { image } };
}

function validated(text: string, group: string): MicroscalingPolicy {
  const { resources, problems } = loadPolicies(text, `the policy of ${group}`);
  const policy = resources.map(({ resource }) => resource).find(({ kind }) => kind === 'MicroscalingPolicy');
  if (policy?.kind === 'MicroscalingPolicy') return policy;
  const why = problems.map(({ pointer, message }) => `${pointer} ${message}`.trim());
  throw new TerminalError(`the policy of ${group} would not be valid: ${why.join('; ')}`);
}
