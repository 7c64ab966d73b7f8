// policy-sources/kubernetes: the Lease by which several operators agree who acts, as the API server keeps it.

import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface LeaseRecord {
  /** Empty: nobody's. */
  readonly holder: string;
  readonly durationSeconds: number;
  /** RFC 3339 with microseconds, by the holder's clock: shown to people, never compared. */
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly transitions: number;
}

export interface SeenLease {
  readonly record: LeaseRecord;
  /** Changes with every write. */
  readonly version: string;
}

/** Whatever is thrown is a failed attempt, a write that came too late among them. */
export interface LeaseStore {
  /** For people: `lease microscaling/microscaling`. */
  readonly name: string;
  /** Undefined when there is none. */
  get(signal: AbortSignal): Promise<SeenLease | undefined>;
  create(record: LeaseRecord, signal: AbortSignal): Promise<SeenLease>;
  /** Only while it is still at `version`. */
  replace(record: LeaseRecord, version: string, signal: AbortSignal): Promise<SeenLease>;
}

export function createLeaseStore(
  api: KubeApi,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): LeaseStore {
  const all: ResourcePath = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', namespace };
  const one: ResourcePath = { ...all, name };
  return {
    name: `lease ${namespace}/${name}`,
    get: async (signal) => {
      try {
        return seen(await api.get(one, signal));
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },
    create: async (record, signal) =>
      seen(await api.create(all, leaseOf({ namespace, name }, record), signal)),
    replace: async (record, resourceVersion, signal) =>
      seen(await api.update(one, leaseOf({ namespace, name, resourceVersion }, record), signal)),
  };
}

function leaseOf(metadata: object, record: LeaseRecord): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      acquireTime: record.acquireTime,
      renewTime: record.renewTime,
      leaseTransitions: record.transitions,
    },
  };
}

function seen({ metadata, spec }: KubeObject): SeenLease {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = (spec ??
    {}) as Readonly<Record<string, unknown>>;
  return {
    version: metadata.resourceVersion ?? '',
    record: {
      holder: text(holderIdentity),
      durationSeconds: count(leaseDurationSeconds),
      acquireTime: text(acquireTime),
      renewTime: text(renewTime),
      transitions: count(leaseTransitions),
    },
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
