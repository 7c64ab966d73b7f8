// schedulers/kubernetes/target: what a policy scales, and its name. Pure.

/** As an object is known whatever version of its group somebody spells. */
export interface Target {
  /** `''` is the core. */
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Of an object whose own is not said. */
export const DEFAULT_NAMESPACE = 'default';

/** `Deployment.apps/shop/workers`: the same for every version of the group. */
export function targetId({ group, kind, namespace, name }: Target): string {
  return `${kind}${group === '' ? '' : `.${group}`}/${namespace}/${name}`;
}

/** Undefined for what is no name of a target. */
export function targetOf(id: string): Target | undefined {
  const [, kind, group = '', namespace, name] =
    /^([A-Za-z]\w*)(?:\.([^/]+))?\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
  if (kind === undefined || namespace === undefined || name === undefined) return undefined;
  return { group, kind, namespace, name };
}

/** `apps/v1` is of the group `apps`, `v1` of the core. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** For people: `Deployment shop/workers`. */
export function targetText({ kind, namespace, name }: Pick<Target, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}
