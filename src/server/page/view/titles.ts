// server: what policies and apps are called to people: by names that are theirs alone.

import type { AppView, PolicyView } from '../../../controller/status/view.ts';

const DEFAULT_NAMESPACE = 'default';

/** `name`, or `namespace/name` outside the default namespace. */
export function policyTitle({ namespace, name }: Pick<PolicyView, 'namespace' | 'name'>): string {
  return keyTitle(`${namespace}/${name}`);
}

/** `orders/worker`: the app by its policy, since many policies have a `worker`. */
export function appTitle({ policy, name }: Pick<AppView, 'policy' | 'name'>): string {
  return `${keyTitle(policy)}/${name}`;
}

/** Of `namespace/name`. */
export function keyTitle(key: string): string {
  return key.startsWith(`${DEFAULT_NAMESPACE}/`) ? key.slice(DEFAULT_NAMESPACE.length + 1) : key;
}
