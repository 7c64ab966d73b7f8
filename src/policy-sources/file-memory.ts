// policy-sources: what was last seen in which file, so that a file that broke keeps its policies.

import type { LoadResult } from '../api/load.ts';
import { type Resource, resourceKey } from '../api/policy.ts';
import { asWritten } from '../api/reading/server-fields.ts';

/** `source` is the file's path for people. Never throws: what is wrong is in the result. */
export type LoadPolicies = (text: string, source: string) => LoadResult;

/** Names one document. */
export interface DocumentName {
  readonly kind: string;
  /** `namespace/name`. */
  readonly key: string;
}

interface FileRecord {
  /** Names the content: a hash. */
  readonly content: string;
  readonly result: LoadResult;
  /** What the file held when all of it could last be told, and what was recognised since. */
  readonly names: readonly DocumentName[];
}

export class FileMemory {
  readonly #load: LoadPolicies;
  readonly #records = new Map<string, FileRecord>();

  constructor(load: LoadPolicies) {
    this.#load = load;
  }

  paths(): readonly string[] {
    return [...this.#records.keys()];
  }

  knows(path: string): boolean {
    return this.#records.has(path);
  }

  /** The documents last seen in `path`. */
  names(path: string): readonly DocumentName[] {
    return this.#records.get(path)?.names ?? [];
  }

  /** The result for a content that was parsed already. */
  recall(path: string, content: string): LoadResult | undefined {
    const known = this.#records.get(path);
    return known?.content === content ? known.result : undefined;
  }

  /** Parses and remembers; the same content is parsed once. */
  load(path: string, text: string, content: string): LoadResult {
    const previous = this.#records.get(path);
    if (previous?.content === content) return previous.result;
    const result = fromFile(this.#load(text, path));
    const now = namesIn(result);
    const names = result.identified ? now : union(now, previous?.names ?? []);
    this.#records.set(path, { content, result, names });
    return result;
  }

  forget(path: string): void {
    this.#records.delete(path);
  }
}

/** A file that somebody made from what a server printed says nothing about what the server set. */
function fromFile(result: LoadResult): LoadResult {
  const resources = result.resources.map((loaded) => ({ ...loaded, resource: asWritten(loaded.resource) }));
  return { ...result, resources };
}

export function documentOf(resource: Resource): DocumentName {
  return { kind: resource.kind, key: resourceKey(resource.metadata) };
}

/** One string a document, for sets. */
export function nameOf({ kind, key }: DocumentName): string {
  return `${kind} ${key}`;
}

function namesIn(result: LoadResult): readonly DocumentName[] {
  return [
    ...result.resources.map(({ resource }) => documentOf(resource)),
    ...result.invalid.map(({ kind, key }) => ({ kind, key })),
  ];
}

function union(a: readonly DocumentName[], b: readonly DocumentName[]): readonly DocumentName[] {
  return [...new Map([...a, ...b].map((name) => [nameOf(name), name])).values()];
}
