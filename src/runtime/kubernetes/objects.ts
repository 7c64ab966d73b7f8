// runtime/kubernetes: an object as a cluster holds it, and which of two versions is the newer one.

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

/** `namespace/name` */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/**
 * Resource versions rise, and may be compared as numbers: said of every server since Kubernetes 1.35 (KEP-5504),
 * and true of those before. What is no number is another version, and taken for newer.
 */
export function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [ofA, ofB] = [a.metadata.resourceVersion ?? '', b.metadata.resourceVersion ?? ''];
  if (/^\d+$/.test(ofA) && /^\d+$/.test(ofB)) return BigInt(ofA) > BigInt(ofB);
  return ofA !== ofB;
}
