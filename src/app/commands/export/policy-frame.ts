// app: what every exported policy has around its apps, and how its lines are written.

import { dump } from 'js-yaml';
import { API_VERSION } from '../../../api/policy.ts';

export interface PolicyFrame {
  /** Where it comes from, in comments. */
  readonly head: readonly string[];
  readonly name: string;
  readonly namespace?: string;
  /** How many its scaled apps have now. */
  readonly instances: number;
  /** Lines of each app. */
  readonly apps: readonly (readonly string[])[];
}

/** In mode Observe, because nobody but a person knows the targets. */
export function framed({ head, name, namespace, instances, apps }: PolicyFrame): string {
  return [
    ...head,
    '# To do: the places marked FILL IN, the order of the priorities (1 is highest), and who is the remainder,',
    '# which takes what the others leave. Then `microscaling plan -f` this file.',
    `apiVersion: ${API_VERSION}`,
    'kind: MicroscalingPolicy',
    'metadata:',
    `  name: ${scalar(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${scalar(namespace)}`]),
    'spec:',
    '  # Observe: the operator decides and reports, and writes nothing. Change it to Reconcile when that looks right.',
    '  mode: Observe',
    '',
    `  # FILL IN: how many instances the apps below share. They have ${instances} now.`,
    '  capacity:',
    `    slots: ${Math.max(1, instances)}`,
    '',
    '  apps:',
    apps.map((lines) => indent(indent(lines)).join('\n')).join('\n\n'),
    '',
  ].join('\n');
}

/** A scaled app's place: the last of several takes the remainder, those before it get a target each, in falling priority. */
export function scaledRole(
  { instances }: { readonly instances: number },
  { place, of }: { readonly place: number; readonly of: number },
): readonly string[] {
  const isLast = place === of - 1 && of > 1;
  return [
    `priority: ${place + 1}`,
    `# It has ${instances} now. FILL IN: never fewer than min; max is the whole capacity unless it is given.`,
    `instances: { min: ${Math.min(1, instances)} }`,
    ...(isLast ? ['remainder: { weight: 1 }'] : targetOf(instances)),
  ];
}

/** An app that rests at 0 has a target that the first message reaches; of a length a few messages wait for ever. */
function targetOf(instances: number): readonly string[] {
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

export function scalar(text: string): string {
  return dump(text).trimEnd();
}

export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
