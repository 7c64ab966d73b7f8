// policy-sources/kubernetes: the Secrets that a resource names. They lie in its own namespace, and nowhere else.

import type { Resource } from '../../api/policy.ts';

export interface SecretRef {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** The same resource, with the namespace in each reference to a Secret, so that it can be followed from anywhere. */
export function withSecretNamespace<R extends Resource>(resource: R): R {
  const { namespace } = resource.metadata;
  const spec = mapSecrets(resource.spec, '', (secret) => ({ ...secret, namespace }));
  return { ...resource, spec: spec as R['spec'] };
}

export function secretsIn(resource: Resource): readonly SecretRef[] {
  const { namespace } = resource.metadata;
  const found: SecretRef[] = [];
  mapSecrets(resource.spec, '', (secret) => {
    found.push({ ...secret, namespace });
    return secret;
  });
  return found;
}

type Named = Pick<SecretRef, 'name' | 'key'>;

/** What lies below an app's `app` is Marathon's, whatever its fields are called. */
function mapSecrets(value: unknown, pointer: string, change: (secret: Named) => object): unknown {
  if (/^\/apps\/\d+\/app$/.test(pointer)) return value;
  if (Array.isArray(value)) return value.map((item, i) => mapSecrets(item, `${pointer}/${i}`, change));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, child]) => [
    name,
    name === 'fromSecret' ? change(child as Named) : mapSecrets(child, `${pointer}/${name}`, change),
  ]);
  return Object.fromEntries(fields);
}
