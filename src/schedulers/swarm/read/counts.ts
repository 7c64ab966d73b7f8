// schedulers/swarm/read: the counts that whoever plans was told, and which version of a service our own write has left. A swarm keeps
// no names of those who write; its objects have a version that moves with every write.

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

export class Counts {
  readonly #told = new Map<string, Told>();
  /** What was written, until it is seen. */
  readonly #sent = new Map<string, Sent>();
  readonly #ours = new Map<string, string>();
  readonly #lastWrites = new Map<string, LastWrite>();

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
        this.#ours.set(name, versionOf(service));
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
    this.#ours.delete(name);
    this.#lastWrites.delete(name);
  }
}

/** One that was removed and made anew is another one. */
export function versionOf({ id, index }: Service): string {
  return `${id}/${index}`;
}
