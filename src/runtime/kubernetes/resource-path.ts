// runtime/kubernetes: what a call is about, in the words of RBAC.

/** Of RBAC. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface ResourcePath {
  /** `''` is the core. */
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
  /** Absent: all of them. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The path of its URL. */
export function urlPathOf({ group, version, resource, namespace, name, subresource }: ResourcePath): string {
  const segments = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

/** `microscalingpolicies/status.microscaling.io shop in namespace default`, as RBAC names it. */
export function wordsOf({ group, resource, subresource, namespace, name }: ResourcePath): string {
  const kind = `${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  return `${kind}${name === undefined ? '' : ` ${name}`} ${where}`;
}
