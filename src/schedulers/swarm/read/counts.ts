// schedulers/swarm/read: the counts that whoever plans was told, and which version of a service our own write has left. A swarm keeps
// no names of those who write; its objects have a version that moves with every write. The version of our last one outlives the
// process, so that a count of ours is told from one that somebody else set meanwhile.

import type { DocumentStore } from '../../../runtime/document-store.ts';
import { TransientError } from '../../../runtime/errors.ts';
import type { Service } from '../api/service.ts';

interface Sent {
  readonly serviceId: string;
  /** Of the version that was written over. */
  readonly index: number;
  /** The specification, as JSON. */
  readonly spec: string;
}

interface Told {
  readonly serviceId: string;
  readonly replicas: number;
}

interface LastWrite {
  readonly serviceId: string;
  readonly atMs: number;
}

const COLLECTION = 'swarm-counts';

export interface CountsStore {
  /** Where the swarm is asked; names of services mean something there only. */
  readonly place: string;
  readonly documents: DocumentStore;
}

export class Counts {
  readonly #store: CountsStore | undefined;
  readonly #told = new Map<string, Told>();
  /** What was written, until it is seen. */
  readonly #sent = new Map<string, Sent>();
  readonly #ours = new Map<string, string>();
  readonly #lastWrites = new Map<string, LastWrite>();

  constructor(store?: CountsStore) {
    this.#store = store;
    for (const kept of store?.documents.all(COLLECTION).values() ?? []) {
      const { place, service, version } = fieldsOf(kept);
      if (place === store?.place && typeof service === 'string' && typeof version === 'string')
        this.#ours.set(service, version);
    }
  }

  /** Services whose last write was ours, as far as is known. */
  get ours(): ReadonlyMap<string, string> {
    return this.#ours;
  }

  /** Before a write, of which no answer may come. */
  sending({ id, index, name }: Service, spec: string): void {
    this.#sent.set(name, { serviceId: id, index, spec: JSON.stringify(JSON.parse(spec)) });
  }

  /** @param atMs monotonic */
  wrote({ id, name }: Service, replicas: number, atMs: number): void {
    this.#told.set(name, { serviceId: id, replicas });
    this.#lastWrites.set(name, { serviceId: id, atMs });
  }

  /** To whoever plans by it. */
  tell(service: Service): 'us' | undefined {
    const { id, name, replicas } = service;
    if (replicas !== undefined) this.#told.set(name, { serviceId: id, replicas });
    const sent = this.#sent.get(name);
    if (sent !== undefined && (sent.serviceId !== id || service.index > sent.index)) {
      this.#sent.delete(name);
      if (sent.serviceId === id && JSON.stringify(service.spec) === sent.spec)
        this.#keep(name, versionOf(service));
    }
    return this.#ours.get(name) === versionOf(service) ? 'us' : undefined;
  }

  /** What a write is planned against; undefined where nobody was told anything. */
  told(name: string): Told | undefined {
    return this.#told.get(name);
  }

  lastWrite(name: string): LastWrite | undefined {
    return this.#lastWrites.get(name);
  }

  forget(name: string): void {
    this.#told.delete(name);
    this.#sent.delete(name);
    this.#lastWrites.delete(name);
    this.#keep(name, undefined);
  }

  /** A store that cannot be written is told of by those who must write: what is lost here is a repair after a restart. */
  #keep(service: string, version: string | undefined): void {
    if (this.#ours.get(service) === version) return;
    if (version === undefined) this.#ours.delete(service);
    else this.#ours.set(service, version);
    if (this.#store === undefined) return;
    const { place, documents } = this.#store;
    const where = { collection: COLLECTION, key: JSON.stringify([place, service]) };
    try {
      if (version === undefined) documents.write([{ do: 'remove', ...where }]);
      else documents.write([{ do: 'put', ...where, value: { place, service, version } }]);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** One that was removed and made anew is another one. */
export function versionOf({ id, index }: Service): string {
  return `${id}/${index}`;
}
