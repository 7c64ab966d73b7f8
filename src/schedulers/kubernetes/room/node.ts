// schedulers/kubernetes/room: a node, and whether it takes pods of a template. Pure.

import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { fieldsOf, type Labels, labelsOf, listOf, textOf } from '../objects/read.ts';
import { selects } from '../objects/selector.ts';
import { type Amounts, amountsOf } from '../pods/requests.ts';
import type { PodTemplate, Toleration } from './template.ts';

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface Node {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly allocatable: Amounts;
}

/** What `kubectl cordon` means; a pod may tolerate it. */
const CORDONED: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

export function nodeOf({ metadata, spec: rawSpec, status }: KubeObject): Node {
  const spec = fieldsOf(rawSpec);
  const taints = listOf(spec['taints'])
    .map(fieldsOf)
    .map(({ key, value, effect }) => ({
      key: textOf(key) ?? '',
      value: textOf(value) ?? '',
      effect: textOf(effect) ?? '',
    }));
  return {
    name: metadata.name,
    labels: labelsOf(metadata.labels),
    taints: spec['unschedulable'] === true ? [...taints, CORDONED] : taints,
    allocatable: amountsOf(fieldsOf(status)['allocatable']),
  };
}

export function takes(node: Node, template: PodTemplate): boolean {
  return (
    selects(template.nodeSelector, node.labels) &&
    isNear(node, template) &&
    node.taints.every(
      (taint) => !repels(taint) || template.tolerations.some((each) => tolerates(each, taint)),
    )
  );
}

function isNear({ name, labels }: Node, { nodeTerms }: PodTemplate): boolean {
  if (nodeTerms === undefined) return true;
  // A term without any requirement means no node at all.
  return nodeTerms.some(
    (term) =>
      term.labels.length + term.fields.length > 0 &&
      selects(term.labels, labels) &&
      selects(term.fields, { 'metadata.name': name }),
  );
}

function repels({ effect }: Taint): boolean {
  return effect === 'NoSchedule' || effect === 'NoExecute';
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key === undefined) return operator === 'Exists';
  if (key !== taint.key) return false;
  return operator === 'Exists' || value === taint.value;
}
