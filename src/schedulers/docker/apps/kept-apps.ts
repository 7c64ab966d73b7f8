// schedulers/docker: every app of one engine: what was asked for is kept in the store, and where that is silent, read from the
// labels of containers.

import type { DocumentStore } from '../../../runtime/document-store.ts';
import { containersOf, type Listing } from './container-list.ts';
import { KeptApp } from './kept-app.ts';
import { type AppRecord, recordFromContainers, recordFromJson } from './record.ts';

const COLLECTION = 'docker-apps';

export class KeptApps {
  readonly #documents: DocumentStore | undefined;
  /** The same for two names of one engine. */
  readonly #engine: string;
  readonly #apps = new Map<string, KeptApp>();

  constructor(engine: string, documents: DocumentStore | undefined) {
    this.#engine = engine;
    this.#documents = documents;
    for (const value of documents?.all(COLLECTION).values() ?? []) {
      const stored = typeof value === 'object' && value !== null ? value : {};
      const record = 'engine' in stored && stored.engine === engine ? recordFromJson(value) : undefined;
      if (record !== undefined) this.#apps.set(record.app, new KeptApp(record));
    }
  }

  all(): readonly KeptApp[] {
    return [...this.#apps.values()];
  }

  /** Undefined when there is no such app, neither in what was asked for nor on the engine. */
  find(app: string, listing: Listing): KeptApp | undefined {
    const known = this.#apps.get(app);
    if (known !== undefined) return known;
    const record = recordFromContainers(containersOf(listing, app));
    if (record === undefined) return undefined;
    const found = new KeptApp(record);
    this.#apps.set(app, found);
    return found;
  }

  /** By app, those included that somebody else keeps: whoever only asks whose they are keeps none of them. */
  owners(listing: Listing): ReadonlyMap<string, string> {
    const found = [...listing.byApp].flatMap(([app, containers]) => {
      const record = recordFromContainers(containers);
      return record === undefined ? [] : [[app, record.owner] as const];
    });
    return new Map([...found, ...this.all().map(({ id, record }) => [id, record.owner] as const)]);
  }

  known(app: string): KeptApp | undefined {
    return this.#apps.get(app);
  }

  /** Durable before anything is done about it. Throws TransientError when the store cannot be written. */
  write(record: AppRecord): KeptApp {
    const value = { ...record, engine: this.#engine };
    this.#documents?.write([{ do: 'put', collection: COLLECTION, key: this.#keyOf(record.app), value }]);
    const app = this.#apps.get(record.app) ?? new KeptApp(record);
    app.record = record;
    this.#apps.set(record.app, app);
    return app;
  }

  remove(app: string): void {
    this.#documents?.write([{ do: 'remove', collection: COLLECTION, key: this.#keyOf(app) }]);
    this.#apps.delete(app);
  }

  /** From now on the containers say what was asked for. */
  forget(): void {
    for (const { id } of this.all()) this.remove(id);
  }

  #keyOf(app: string): string {
    return JSON.stringify([this.#engine, app]);
  }
}
