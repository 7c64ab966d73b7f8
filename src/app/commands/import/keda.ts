// app: `import keda`: ScaledObjects as policies, and what of them has no counterpart.

import { readFileSync } from 'node:fs';
import { dump, loadAll } from 'js-yaml';
import { API_VERSION } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import { loadPolicies } from '../../policies/schema.ts';
import { appNames } from '../export/names.ts';
import type { Authentications } from './authentication.ts';
import { Fields, type Note } from './fields.ts';
import { appOf, type ScaledApp } from './scaled-object.ts';

export interface ImportResult {
  /** YAML, a policy a namespace. */
  readonly text: string;
  readonly policies: readonly object[];
  /** In the order of the objects; every field that is not taken over as it is has one. */
  readonly notes: readonly Note[];
}

/** @throws TerminalError for a file that cannot be read, is no YAML or holds no ScaledObject */
export function importKeda(files: readonly string[] | undefined): ImportResult {
  if (files === undefined || files.length === 0)
    throw new TerminalError('no file given: name files with ScaledObjects with -f');
  return importDocuments(files.flatMap(documentsIn));
}

/** The same for documents that are read. */
export function importDocuments(documents: readonly unknown[]): ImportResult {
  const notes: Note[] = [];
  const objects = documents.flatMap((document) => (isObject(document) ? itemsOf(document) : []));
  const opened = objects.map((object) => {
    const key = keyOf(object);
    const name = `${String(object['kind'])} ${key}`;
    const note = (field: string, message: string): void => {
      const known = notes.some(
        (each) => each.object === name && each.field === field && each.message === message,
      );
      if (!known) notes.push({ object: name, field, message });
    };
    return { key, name, kind: object['kind'], fields: new Fields(object, '', note) };
  });
  const scaled = opened.filter(({ kind }) => kind === 'ScaledObject');
  if (scaled.length === 0) throw new TerminalError('there is no ScaledObject in what was given with -f');
  const authentications: Authentications = new Map(
    opened
      .filter(({ kind }) => kind === 'TriggerAuthentication' || kind === 'ClusterTriggerAuthentication')
      .map(({ key, kind, fields }) => [kind === 'TriggerAuthentication' ? key : nameIn(key), fields]),
  );
  const byNamespace = Map.groupBy(scaled, ({ key }) => namespaceIn(key));
  const policies = [...byNamespace].map(([namespace, own]) =>
    policyOf(
      namespace,
      own.map(({ key, fields }, i) => appOf(fields, { key, priority: i + 1, authentications })),
    ),
  );
  for (const { kind, fields } of opened) {
    if (kind === 'ScaledObject' || String(kind).endsWith('TriggerAuthentication')) accountForRest(fields);
    else fields.note('', 'is neither a ScaledObject nor a TriggerAuthentication: left out');
  }
  const order = new Map(opened.map(({ name }, i) => [name, i]));
  notes.sort((a, b) => (order.get(a.object) ?? 0) - (order.get(b.object) ?? 0));
  return { text: textOf(policies), policies, notes };
}

/** As the readmes of these sources ask for; the others may be read at the default pace. */
const INTERVALS: Readonly<Record<string, string>> = { azureServiceBus: '5s' };

/** Undefined: the default. All metrics of a policy are read at the same pace. */
function intervalFor(apps: readonly ScaledApp[]): string | undefined {
  const kinds = apps
    .flatMap(({ targets = [] }) => targets)
    .flatMap((target) => ('metric' in target && isObject(target.metric) ? Object.keys(target.metric) : []));
  const [interval] = kinds.flatMap((kind) => INTERVALS[kind] ?? []);
  return interval;
}

function policyOf(namespace: string, apps: readonly ScaledApp[]): object {
  // A Deployment and a StatefulSet may be called the same.
  const idOf = ({ kubernetes: { scaleTargetRef } }: ScaledApp): string =>
    `${scaleTargetRef.kind}/${scaleTargetRef.name}`;
  const names = appNames(apps.map(idOf));
  const slots = apps.reduce((sum, { instances }) => sum + instances.max, 0);
  return {
    apiVersion: API_VERSION,
    kind: 'MicroscalingPolicy',
    metadata: { name: 'imported', ...(namespace !== 'default' && { namespace }) },
    spec: {
      mode: 'Observe',
      ...defined({ interval: intervalFor(apps) }),
      capacity: { slots: Math.max(1, slots) },
      apps: apps.map((app) => ({ name: names.get(idOf(app)), ...app })),
    },
  };
}

const HEAD = `# Written by \`microscaling import keda\`, in mode Observe: the operator decides and reports, and writes nothing.
# To do: what says FILL-IN; capacity.slots, which is the sum of what each may have at most: give what they are to share;
# the priorities (1 is highest); background work that takes what is left, as an app with \`remainder\`.
# Then \`microscaling read -f\` and \`plan -f\` this file. Delete the ScaledObjects (their HorizontalPodAutoscalers go with
# them) before mode becomes Reconcile: while they are there, their targets are left to them.
`;

function textOf(policies: readonly object[]): string {
  return `${HEAD}${policies.map((policy) => dump(policy, { lineWidth: 110, noRefs: true })).join('---\n')}`;
}

/** Problems of what was written, so that nobody finds them later. */
export function problemsOf(text: string): readonly string[] {
  return loadPolicies(text, 'imported').problems.map(
    ({ pointer, message }) => `${pointer ?? ''}: ${message}`,
  );
}

function accountForRest(fields: Fields): void {
  for (const name of ['apiVersion', 'kind', 'status']) fields.take(name);
  const metadata = fields.at('metadata');
  for (const name of [
    ...['name', 'namespace', 'labels', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'],
    ...['managedFields', 'finalizers', 'selfLink'],
  ])
    metadata.take(name);
  const annotations = metadata.at('annotations');
  annotations.take('kubectl.kubernetes.io/last-applied-configuration');
  annotations.explain('autoscaling.keda.sh/paused', 'write `mode: Paused`, or `microscaling pause` it');
  annotations.explain(
    'autoscaling.keda.sh/paused-replicas',
    'use `microscaling override` for a count by hand',
  );
  fields.reportRest();
}

function documentsIn(path: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new TerminalError(`-f ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return loadAll(text);
  } catch (error) {
    throw new TerminalError(`-f ${path} is no YAML: ${messageOf(error)}`, { cause: error });
  }
}

/** `kubectl get -o yaml` makes a List of several. */
function itemsOf(document: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const { items } = document;
  return Array.isArray(items) ? items.filter(isObject) : [document];
}

/** `namespace/name`. */
function keyOf({ metadata }: Readonly<Record<string, unknown>>): string {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  return `${typeof namespace === 'string' ? namespace : 'default'}/${typeof name === 'string' ? name : ''}`;
}

function namespaceIn(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function nameIn(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
