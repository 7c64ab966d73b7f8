// app: the text of an exported policy: what is known from Marathon, and what a person has to fill in.

import { dump } from 'js-yaml';
import { API_VERSION } from '../../../api/policy.ts';
import type { MarathonApp } from '../../../schedulers/marathon/schema.ts';
import { type ExportedDefinition, exportedDefinition } from './definition.ts';
import { appNames } from './names.ts';

export interface ExportedPolicy {
  readonly name: string;
  /** Where the apps run. */
  readonly url: string;
  /** In order of priority. */
  readonly apps: readonly MarathonApp[];
  readonly definitions: boolean;
}

/**
 * Several apps: the last one becomes the remainder, those before it get a target each, in falling priority. In
 * mode Observe, because nobody but a person knows the targets.
 */
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
  return [
    ...HEAD(url),
    `apiVersion: ${API_VERSION}`,
    'kind: MicroscalingPolicy',
    'metadata:',
    `  name: ${scalar(name)}`,
    'spec:',
    '  # Observe: the operator decides and reports, and writes nothing. Change it to Reconcile when that looks right.',
    '  mode: Observe',
    '',
    `  # FILL IN: how many instances the apps below share. They have ${instances} now.`,
    '  capacity:',
    `    slots: ${Math.max(1, instances)}`,
    '',
    '  apps:',
    blocks.map((lines) => indent(indent(lines)).join('\n')).join('\n\n'),
    '',
  ].join('\n');
}

const HEAD = (url: string): readonly string[] => [
  `# Apps that run at ${url}, written by \`microscaling export\`.`,
  '# They are adopted as they are: nothing restarts, and nothing but their counts is going to be changed.',
  '# To do: the places marked FILL IN, the order of the priorities (1 is highest), and who is the remainder,',
  '# which takes what the others leave. Then `microscaling plan -f` this file.',
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
  const place = scaled.indexOf(app);
  const common = [
    `priority: ${place + 1}`,
    `# It has ${app.instances} now. FILL IN: never fewer than min; max is the whole capacity unless it is given.`,
    `instances: { min: ${Math.min(1, app.instances)} }`,
  ];
  const last = place === scaled.length - 1 && scaled.length > 1;
  return [...common, ...(last ? ['remainder: { weight: 1 }'] : targetOf(app))];
}

/** An app that rests at 0 has a target that the first message reaches; of a length a few messages wait for ever. */
export function targetOf({ instances }: { readonly instances: number }): readonly string[] {
  const atRest = instances === 0;
  return [
    'targets:',
    atRest
      ? '  # FILL IN: how long messages may wait, or messageAge, perInstance in its place; it has no instance now.'
      : '  # FILL IN: how many messages may wait, or drainTime, messageAge, perInstance in its place.',
    atRest ? '  - drainTime: 30s' : '  - queueLength: 50',
    ...METRIC,
  ];
}

const METRIC: readonly string[] = [
  '    metric:',
  '      # FILL IN: the queue. Account and key come from AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY.',
  '      azureStorageQueue:',
  '        queueNameFrom: { fromEnv: AZURE_STORAGE_QUEUE_NAME }',
];

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

export function scalar(text: string): string {
  return dump(text).trimEnd();
}

export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
