// policy-sources/applied: the objects that people applied to the operator, kept in the store as they wrote them.

import { isDeepStrictEqual } from 'node:util';
import type { LoadResult } from '../../api/load.ts';
import type { Resource } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import { LAST_APPLIED } from '../../api/reading/server-fields.ts';
import { defined } from '../../lang/defined.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import { RELEASE_FINALIZER } from '../source.ts';

/** As the API writes it: apiVersion, kind, metadata and spec. */
export interface AppliedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** Text to resources through the trust rules; `source` is the text's place for people. Never throws. */
export type LoadApplied = (text: string, source: string) => LoadResult;

type Checked = Pick<LoadResult, 'resources' | 'invalid' | 'problems'>;

/** One object and what was found about it. */
export interface Kept {
  readonly object: AppliedObject;
  /** Valid and allowed. */
  readonly resource?: Resource;
  readonly invalid?: LoadResult['invalid'][number];
  readonly problems: readonly Problem[];
}

export interface AppliedDeps {
  readonly documents: DocumentStore;
  readonly load: LoadApplied;
  readonly log: Logger;
  /** An object that an earlier version accepted, as this one spells it. */
  readonly upgrade?: (object: AppliedObject) => AppliedObject;
}

const COLLECTION = 'applied';

/** The name of the source, for people. */
export const APPLIED_SOURCE = 'api';

/** Of the object's life, not of what was wished for: no schema of ours knows them. */
const OF_THE_API: ReadonlySet<string> = new Set([
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generateName',
  'selfLink',
]);

const UPGRADED =
  'an object that an earlier version stored has plain values in their first form (queueName: { value: … }); it runs on as queueName: … and queueNameFrom: …, which is how it must be written when it is applied again';

/**
 * What was written is seen at once, and durable once `durable` resolves; what is then done for it in a cluster is on record after it, in
 * the same file. Each object is checked once, when it is written.
 */
export class AppliedObjects {
  readonly source = APPLIED_SOURCE;
  readonly finalizer = RELEASE_FINALIZER;
  readonly #documents: DocumentStore;
  readonly #load: LoadApplied;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<(kind: string, key: string) => void>();

  constructor({ documents, load, log, upgrade = (object) => object }: AppliedDeps) {
    this.#documents = documents;
    this.#load = load;
    for (const [key, value] of documents.all(COLLECTION)) {
      if (!isApplied(value)) {
        log.warn('an applied object in the store is not readable and is passed over', { key });
        continue;
      }
      const object = upgrade(value);
      if (!isDeepStrictEqual(object, value)) log.warn(UPGRADED, { object: key });
      this.#kept.set(keyOf(object), this.#check(object));
    }
  }

  all(): readonly Kept[] {
    return [...this.#kept.values()];
  }

  /** @param key `namespace/name` */
  get(kind: string, key: string): Kept | undefined {
    return this.#kept.get(`${kind} ${key}`);
  }

  /**
   * Keeps it in the place of what has its name. Once deleted, an object that does not run is gone at once: nothing
   * is held for it.
   *
   * @param checked what `check` said of it, where nothing but defaults, generation and version has come to it since
   * @throws TransientError when it cannot be written; then nothing has changed
   */
  put(object: AppliedObject, checked?: Checked): void {
    const kept = checked === undefined ? this.#check(object) : keptOf(object, atVersionOf(object, checked));
    if (object.metadata.deletionTimestamp !== undefined && kept.resource === undefined) {
      this.remove(object.kind, nameOf(object));
      return;
    }
    const key = keyOf(object);
    this.#documents.writeSoon([{ do: 'put', collection: COLLECTION, key, value: object }]);
    this.#kept.set(key, kept);
    this.#changed(object.kind, nameOf(object));
  }

  /** Does nothing when it is not there; throws as `put`. */
  remove(kind: string, key: string): void {
    const id = `${kind} ${key}`;
    if (!this.#kept.has(id)) return;
    this.#documents.writeSoon([{ do: 'remove', collection: COLLECTION, key: id }]);
    this.#kept.delete(id);
    this.#changed(kind, key);
  }

  /** Resolves once no crash loses anything of what was written before the call; throws TransientError when the disk fails. */
  async durable(): Promise<void> {
    await this.#documents.durable();
  }

  /** Takes our finalizer away; without another one, and deleted, the object is gone. Idempotent; throws as `put`. */
  release(kind: string, key: string): void {
    const object = this.get(kind, key)?.object;
    const finalizers = object?.metadata.finalizers ?? [];
    if (object?.metadata.deletionTimestamp === undefined) return;
    const left = finalizers.filter((finalizer) => finalizer !== RELEASE_FINALIZER);
    if (left.length === 0) this.remove(kind, key);
    else if (left.length < finalizers.length)
      this.put({ ...object, metadata: { ...object.metadata, finalizers: left } });
  }

  /** Calls back after every change with the kind and `namespace/name`; returns its own undo. */
  subscribe(onChange: (kind: string, key: string) => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  /** Reads it: valid and allowed, or why not. */
  check(object: AppliedObject): LoadResult {
    const metadata = Object.entries(object.metadata).filter(([field]) => !OF_THE_API.has(field));
    const document = { ...object, metadata: withoutLastApplied(Object.fromEntries(metadata)) };
    return this.#load(JSON.stringify(document), placeOf(object));
  }

  #check(object: AppliedObject): Kept {
    return keptOf(object, this.check(object));
  }

  #changed(kind: string, key: string): void {
    for (const listener of this.#listeners) listener(kind, key);
  }
}

/** An object has no lines that anybody could look at. */
function keptOf(object: AppliedObject, { resources, invalid, problems }: Checked): Kept {
  const told = problems.map(({ line: _, ...problem }) => problem);
  return { object, ...defined({ resource: resources[0]?.resource, invalid: invalid[0] }), problems: told };
}

/** A document is checked before it is known which generation and version of its object it becomes. */
function atVersionOf({ metadata }: AppliedObject, checked: Checked): Checked {
  const { generation, resourceVersion } = metadata;
  const counted = {
    ...(typeof generation === 'number' && { generation }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  const resources = checked.resources.map(({ resource, ...found }) => ({
    ...found,
    resource: withMetadata(resource, counted),
  }));
  return { ...checked, resources };
}

function withMetadata(resource: Resource, more: object): Resource {
  return { ...resource, metadata: { ...resource.metadata, ...more } };
}

/** The note of kubectl doubles the size of an object: what is checked and measured is the object alone. */
function withoutLastApplied(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { annotations } = metadata;
  if (typeof annotations !== 'object' || annotations === null) return metadata;
  const { [LAST_APPLIED]: _, ...others } = annotations as Readonly<Record<string, unknown>>;
  return { ...metadata, annotations: others };
}

/** For people: `api default/shop`. */
export function placeOf(object: AppliedObject): string {
  return `api ${nameOf(object)}`;
}

function nameOf({ metadata }: AppliedObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function keyOf(object: AppliedObject): string {
  return `${object.kind} ${nameOf(object)}`;
}

function isApplied(value: unknown): value is AppliedObject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, metadata } = value as { readonly kind?: unknown; readonly metadata?: unknown };
  const { name } = (metadata ?? {}) as { readonly name?: unknown };
  return typeof kind === 'string' && typeof name === 'string';
}
