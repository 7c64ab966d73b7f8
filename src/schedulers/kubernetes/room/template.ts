// schedulers/kubernetes/room: what a pod demands of the node it runs on. Pure.

import { type Fields, fieldsOf, type Labels, labelsOf, listOf, textOf } from '../objects/read.ts';
import { requirementsOf, type Selector, selectorOf, selects } from '../objects/selector.ts';
import { type Amounts, podRequests } from '../pods/requests.ts';

export interface Toleration {
  readonly key?: string | undefined;
  readonly operator: string;
  readonly value: string;
  readonly effect?: string | undefined;
}

/** One alternative of a required affinity. */
export interface NodeTerm {
  readonly labels: Selector;
  /** Of the node's own fields, of which there is `metadata.name`. */
  readonly fields: Selector;
}

export interface PodTemplate {
  readonly requests: Amounts;
  readonly nodeSelector: Selector;
  /** One of them must hold; absent: every node will do. */
  readonly nodeTerms?: readonly NodeTerm[];
  readonly tolerations: readonly Toleration[];
  /** No two of them on one node: a port of the node is taken, or a rule keeps them apart. */
  readonly onePerNode: boolean;
}

/** @param raw a PodTemplateSpec; undefined where it has no containers, so that nothing is known of its size */
export function templateOf(raw: unknown): PodTemplate | undefined {
  const { metadata, spec: rawSpec } = fieldsOf(raw);
  const spec = fieldsOf(rawSpec);
  if (listOf(spec['containers']).length === 0) return undefined;
  const affinity = fieldsOf(spec['affinity']);
  const terms = nodeTermsOf(fieldsOf(affinity['nodeAffinity']));
  const labels = labelsOf(fieldsOf(metadata)['labels']);
  return {
    requests: podRequests(spec),
    nodeSelector: selectorOf({ matchLabels: spec['nodeSelector'] }),
    ...(terms !== undefined && { nodeTerms: terms }),
    tolerations: listOf(spec['tolerations']).map(fieldsOf).map(tolerationOf),
    onePerNode: takesHostPort(spec) || keepsApart(fieldsOf(affinity['podAntiAffinity']), labels),
  };
}

function nodeTermsOf(nodeAffinity: Fields): readonly NodeTerm[] | undefined {
  const required = nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'];
  if (required === undefined) return undefined;
  return listOf(fieldsOf(required)['nodeSelectorTerms'])
    .map(fieldsOf)
    .map(({ matchExpressions, matchFields }) => ({
      labels: requirementsOf(matchExpressions),
      fields: requirementsOf(matchFields),
    }));
}

function tolerationOf({ key, operator, value, effect }: Fields): Toleration {
  return {
    key: textOf(key) || undefined,
    operator: textOf(operator) || 'Equal',
    value: textOf(value) ?? '',
    effect: textOf(effect) || undefined,
  };
}

function takesHostPort(spec: Fields): boolean {
  const onHost = spec['hostNetwork'] === true;
  const ports = listOf(spec['containers']).flatMap((container) => listOf(fieldsOf(container)['ports']));
  return ports.map(fieldsOf).some(({ hostPort }) => onHost || (typeof hostPort === 'number' && hostPort > 0));
}

function keepsApart(antiAffinity: Fields, labels: Labels): boolean {
  return listOf(antiAffinity['requiredDuringSchedulingIgnoredDuringExecution'])
    .map(fieldsOf)
    .some(({ topologyKey, labelSelector }) => {
      return (
        topologyKey === 'kubernetes.io/hostname' &&
        labelSelector !== undefined &&
        selects(selectorOf(labelSelector), labels)
      );
    });
}
