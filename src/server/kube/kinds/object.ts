// server: an object as the Kubernetes API carries it, whatever its kind.

export interface KubeMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  /** Text for clients, a whole number for us. */
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly [field: string]: unknown;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

/** `namespace/name`, `/name` where there is no namespace: unique within a kind, and the order of lists. */
export function keyOf({ namespace, name }: Pick<KubeMeta, 'name' | 'namespace'>): string {
  return `${namespace ?? ''}/${name}`;
}

/** 0 where it has none. */
export function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

export function withMeta(object: KubeObject, change: Partial<KubeMeta>): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...change } };
}

/** Kubernetes' times have no fractions. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
