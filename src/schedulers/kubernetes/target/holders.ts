// schedulers/kubernetes/target: who else steers the count of a target. Pure.

import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { fieldsOf, textOf } from '../objects/read.ts';
import { groupOf, type Target, targetText } from './target.ts';
import { isPlainKind, type Workload } from './workload.ts';

/** An autoscaler and what it scales. */
export interface Holder {
  /** `HorizontalPodAutoscaler shop/workers` */
  readonly title: string;
  readonly target: Target;
}

/** Of a HorizontalPodAutoscaler, or of a ScaledObject, whose target is a Deployment where it does not say. */
export function holderOf(kind: string, { metadata, spec }: KubeObject): Holder {
  const reference = fieldsOf(fieldsOf(spec)['scaleTargetRef']);
  const namespace = metadata.namespace ?? '';
  return {
    title: `${kind} ${namespace}/${metadata.name}`,
    target: {
      group: groupOf(textOf(reference['apiVersion']) ?? 'apps/v1'),
      kind: textOf(reference['kind']) ?? 'Deployment',
      namespace,
      name: textOf(reference['name']) ?? '',
    },
  };
}

export function holds({ target }: Holder, { group, kind, namespace, name }: Target): boolean {
  return (
    target.group === group && target.kind === kind && target.namespace === namespace && target.name === name
  );
}

/** Why the target is not ours to scale; the ScaledObject first, for it makes the other. */
export function heldBy(holders: readonly Holder[], target: Target): string | undefined {
  const titles = holders.filter((holder) => holds(holder, target)).map(({ title }) => title);
  const title = titles.find((each) => each.startsWith('ScaledObject')) ?? titles[0];
  if (title === undefined) return undefined;
  return `${title} scales it too, and two autoscalers on one count undo each other: delete it, or take the app out of the policy`;
}

/** Why it is not ours to scale: whoever made it sets its count back. */
export function ownedBy(target: Target, { controller }: Pick<Workload, 'controller'>): string | undefined {
  if (controller === undefined || !isPlainKind(target.group, target.kind)) return undefined;
  return `${targetText(target)} belongs to ${controller}, which sets its count: scale that instead`;
}
