// app: the text of an exported policy: what is known from Marathon, and what a person has to fill in.

import { dump } from 'js-yaml';
import type { MarathonApp } from '../../../schedulers/marathon/schema.ts';
import { type ExportedDefinition, exportedDefinition } from './definition.ts';
import { appNames } from './names.ts';
import { framed, indent, scalar, scaledRole } from './policy-frame.ts';

export interface ExportedPolicy {
  readonly name: string;
  /** Where the apps run. */
  readonly url: string;
  /** In order of priority. */
  readonly apps: readonly MarathonApp[];
  readonly definitions: boolean;
}

export function policyText({ name, url, apps, definitions }: ExportedPolicy): string {
  const names = appNames(apps.map(({ id }) => id));
  const scaled = apps.filter((app) => !isSingle(app));
  const instances = scaled.reduce((total, app) => total + app.instances, 0);
  const blocks = apps.map((app) => [
    `- name: ${scalar(names.get(app.id) ?? '')}`,
    `  id: ${scalar(app.id)}`,
    '  adopt: true',
    ...indent(role(app, scaled)),
    ...(definitions ? indent(definition(app)) : []),
  ]);
  return framed({ head: HEAD(url), name, instances, apps: blocks });
}

const HEAD = (url: string): readonly string[] => [
  `# Apps that run at ${url}, written by \`microscaling export\`.`,
  '# They are adopted as they are: nothing restarts, and nothing but their counts is going to be changed.',
];

/** Marathon refuses to give these a second instance. */
function isSingle({ labels }: MarathonApp): boolean {
  return labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
}

function role(app: MarathonApp, scaled: readonly MarathonApp[]): readonly string[] {
  if (isSingle(app)) {
    return [
      '# Limited to one instance by its label MARATHON_SINGLE_INSTANCE_APP: left alone, outside of the slots.',
      `instances: { fixed: ${app.instances} }`,
    ];
  }
  return scaledRole(app, { place: scaled.indexOf(app), of: scaled.length });
}

function definition(app: MarathonApp): readonly string[] {
  const exported = exportedDefinition(app);
  if ('leftOut' in exported) return [`# Its definition is left out: ${exported.leftOut}.`];
  return [
    '# From here on the policy owns these fields: a change of them restarts the app.',
    ...yaml({ app: exported.definition }),
    ...environment(exported),
  ];
}

function environment({ secret }: ExportedDefinition): readonly string[] {
  if (secret.length === 0) return [];
  return [
    '# Their values may be secrets and are not written down: give the operator variables with the same values.',
    ...yaml({ envFrom: secret.map((name) => ({ name, from: { fromEnv: name } })) }),
  ];
}

function yaml(value: unknown): readonly string[] {
  return dump(value, { lineWidth: -1, noRefs: true }).trimEnd().split('\n');
}
