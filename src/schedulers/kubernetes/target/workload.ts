// schedulers/kubernetes/target: what an object that has pods says about itself, as far as it matters here. Pure.

import type { Footprint } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { countOf, type Fields, fieldsOf, instantOf, listOf, textOf } from '../objects/read.ts';
import { parsedSelector, type Selector, selectorOf } from '../objects/selector.ts';
import { conditionOf } from '../pods/pod.ts';
import { footprintOfRequests } from '../pods/requests.ts';
import { type PodTemplate, templateOf } from '../room/template.ts';
import { writersOfCount } from './writer.ts';

/** The count and whose pods it counts. */
export interface Scale {
  readonly replicas: number;
  /** Undefined where it does not say: then nothing is known of its pods. */
  readonly selector?: Selector;
}

export interface Workload {
  readonly uid: string;
  readonly generation: number;
  /** Of kinds that keep it where every Kubernetes does; of others their scale has to be asked. */
  readonly scale?: Scale;
  readonly writers: readonly string[];
  readonly template?: PodTemplate;
  readonly footprint?: Footprint;
  /** Its pods have readiness probes. */
  readonly probed: boolean;
  /** The revision that is being rolled out and takes more pods than are asked for meanwhile. */
  readonly rollout?: string;
  /** What made it and sets its count: `Deployment workers`. */
  readonly controller?: string;
  /** Why pods are not even made, in the controller's words. */
  readonly failedCreate?: string;
  readonly createdAtMs?: number;
}

/** Kinds of Kubernetes itself with a count in `spec.replicas` and a selector in `spec.selector`, by `Kind.group`. */
const PLAIN_KINDS: ReadonlySet<string> = new Set([
  'Deployment.apps',
  'ReplicaSet.apps',
  'StatefulSet.apps',
  'ReplicationController.',
]);

export function isPlainKind(group: string, kind: string): boolean {
  return PLAIN_KINDS.has(`${kind}.${group}`);
}

export function workloadOf(
  object: KubeObject,
  { group, kind }: { readonly group: string; readonly kind: string },
): Workload {
  const { metadata } = object;
  const [spec, status] = [fieldsOf(object.spec), fieldsOf(object.status)];
  const template = templateOf(spec['template']);
  const failure = conditionOf(status, 'ReplicaFailure');
  return {
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    writers: writersOfCount(metadata),
    probed: hasProbe(fieldsOf(fieldsOf(spec['template'])['spec'])),
    ...defined({
      scale: isPlainKind(group, kind) ? plainScale(spec) : undefined,
      template,
      footprint: template === undefined ? undefined : footprintOfRequests(template.requests),
      rollout: kind === 'Deployment' && group === 'apps' ? rolloutOf(object, { spec, status }) : undefined,
      controller: controllerOf(metadata),
      failedCreate: failure?.['status'] === 'True' ? textOf(failure['message']) : undefined,
      createdAtMs: instantOf(metadata.creationTimestamp),
    }),
  };
}

/** A count that is not said is 1, as the API server fills it in. */
function plainScale(spec: Fields): Scale {
  const selector = spec['selector'];
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  // A ReplicationController has the labels themselves for its selector.
  const isStructured = matchLabels !== undefined || matchExpressions !== undefined;
  return {
    replicas: countOf(spec['replicas']) ?? 1,
    ...(selector !== undefined && {
      selector: selectorOf(isStructured ? selector : { matchLabels: selector }),
    }),
  };
}

/** From a Scale of `autoscaling/v1`, which leaves a count of zero out. */
export function scaleOf({ spec, status }: KubeObject): Scale {
  const text = textOf(fieldsOf(status)['selector']) ?? '';
  const selector = text === '' ? undefined : parsedSelector(text);
  return { replicas: countOf(fieldsOf(spec)['replicas']) ?? 0, ...defined({ selector }) };
}

/**
 * While a Deployment replaces its pods it may have more than are asked for. One that is paused, or that Kubernetes has
 * given up on, goes nowhere: it holds what it holds.
 */
function rolloutOf(
  { metadata }: KubeObject,
  { spec, status }: { readonly spec: Fields; readonly status: Fields },
): string | undefined {
  if (spec['paused'] === true || status['observedGeneration'] !== metadata.generation) return undefined;
  const progressing = conditionOf(status, 'Progressing');
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded') return undefined;
  const [replicas, updated] = [countOf(status['replicas']) ?? 0, countOf(status['updatedReplicas']) ?? 0];
  if (updated >= replicas) return undefined;
  return metadata.annotations?.['deployment.kubernetes.io/revision'] ?? String(metadata.generation ?? 0);
}

function controllerOf(metadata: KubeObject['metadata']): string | undefined {
  const owner = listOf(metadata['ownerReferences'])
    .map(fieldsOf)
    .find(({ controller }) => controller === true);
  return owner === undefined ? undefined : `${String(owner['kind'])} ${String(owner['name'])}`;
}

function hasProbe(podSpec: Fields): boolean {
  return listOf(podSpec['containers']).some(
    (container) => fieldsOf(container)['readinessProbe'] !== undefined,
  );
}
