// test support: a source whose objects carry status and events and are deleted in two steps, like a cluster.

import type { Resource } from '../../../src/api/policy.ts';
import { resourceKey } from '../../../src/api/policy.ts';
import type { PolicyStatus, PoolStatus } from '../../../src/api/status.ts';
import type {
  EventWriter,
  InvalidDocument,
  ObjectRef,
  PolicySnapshot,
  PolicySource,
  SourcedResource,
} from '../../../src/policy-sources/source.ts';

interface Kept {
  readonly resource: Resource;
  readonly uid: string;
  deleting: boolean;
  invalid?: Pick<InvalidDocument, 'message' | 'reason'>;
}

type Operation = 'list' | 'status' | 'event' | 'release';

export class FakeHome implements PolicySource {
  readonly name: string;
  readonly #objects = new Map<string, Kept>();
  readonly #failures: Record<Operation, Error[]> = { list: [], status: [], event: [], release: [] };
  readonly statuses = new Map<string, PolicyStatus | PoolStatus>();
  readonly events: string[] = [];
  readonly released: string[] = [];
  /** Status writes by object. */
  readonly writes = new Map<string, number>();
  complete = true;
  deletionHeld: string | undefined;
  #uids = 0;
  #onChange: () => void = () => undefined;

  constructor(name = 'kubernetes here') {
    this.name = name;
  }

  put(resource: Resource): void {
    const id = idOf({ kind: resource.kind, key: resourceKey(resource.metadata) });
    const uid = this.#objects.get(id)?.uid ?? `uid-${++this.#uids}`;
    this.#objects.set(id, { resource, uid, deleting: this.#objects.get(id)?.deleting ?? false });
    this.#onChange();
  }

  spoil(id: string, message: string, reason?: 'NotAllowed'): void {
    this.#object(id).invalid = { message, ...(reason && { reason }) };
    this.#onChange();
  }

  /** Asks for its deletion: it stays until it is released. */
  delete(id: string): void {
    this.#object(id).deleting = true;
    this.#onChange();
  }

  /** It is gone at once, whatever was to be done first. */
  vanish(id: string): void {
    this.#objects.delete(id);
    this.#onChange();
  }

  has(id: string): boolean {
    return this.#objects.has(id);
  }

  failNext(operation: Operation, error: Error, times = 1): void {
    for (let i = 0; i < times; i++) this.#failures[operation].push(error);
  }

  status(id: string): PolicyStatus & PoolStatus {
    return this.statuses.get(id) as PolicyStatus & PoolStatus;
  }

  condition(id: string, type: string): string {
    const found = this.statuses.get(id)?.conditions.find((condition) => condition.type === type);
    return found === undefined ? 'absent' : `${found.status}/${found.reason}`;
  }

  async list(): Promise<PolicySnapshot> {
    this.#throwNext('list');
    const kept = [...this.#objects.values()];
    return {
      resources: kept.flatMap((each) => (each.invalid === undefined ? [sourced(each)] : [])),
      invalid: kept.flatMap((each) => (each.invalid === undefined ? [] : [refused(each)])),
      problems: [],
      complete: this.complete,
      ...(this.deletionHeld !== undefined && { deletionHeld: this.deletionHeld }),
    };
  }

  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  async writeStatus(ref: ObjectRef, status: PolicyStatus | PoolStatus): Promise<void> {
    const id = idOf(ref);
    this.writes.set(id, (this.writes.get(id) ?? 0) + 1);
    this.#throwNext('status');
    this.statuses.set(id, status);
  }

  eventWriter(ref: ObjectRef): EventWriter | undefined {
    return async ({ reason, message }) => {
      this.#throwNext('event');
      this.events.push(`${idOf(ref)} ${reason}: ${message}`);
    };
  }

  async removeFinalizer(ref: ObjectRef): Promise<void> {
    this.#throwNext('release');
    this.released.push(idOf(ref));
    if (this.#objects.get(idOf(ref))?.deleting) this.vanish(idOf(ref));
  }

  #object(id: string): Kept {
    const kept = this.#objects.get(id);
    if (kept === undefined) throw new Error(`no ${id} here`);
    return kept;
  }

  #throwNext(operation: Operation): void {
    const error = this.#failures[operation].shift();
    if (error !== undefined) throw error;
  }
}

/** `MicroscalingPolicy default/demo`. */
function idOf({ kind, key }: ObjectRef): string {
  return `${kind} ${key}`;
}

function placeOf({ resource }: Kept): string {
  return `kubernetes ${resourceKey(resource.metadata)}`;
}

function sourced(kept: Kept): SourcedResource {
  const { resource, uid, deleting } = kept;
  const createdAt = '2025-12-31T00:00:00Z';
  return { resource, uid, createdAt, place: placeOf(kept), revision: '1', ...(deleting && { deleting }) };
}

function refused(kept: Kept): InvalidDocument {
  const { resource, uid, deleting, invalid } = kept;
  const key = resourceKey(resource.metadata);
  const place = placeOf(kept);
  return { kind: resource.kind, key, uid, place, message: '', ...invalid, ...(deleting && { deleting }) };
}
