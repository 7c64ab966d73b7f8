// policy-sources/kubernetes: from objects of a cluster to what the operator runs. Each version is checked once.

import type { LoadResult } from '../../api/load.ts';
import type { Problem } from '../../api/problem.ts';
import { defined } from '../../lang/defined.ts';
import { type KubeObject, keyOf } from '../../runtime/kubernetes/objects.ts';
import type { LoadPolicies } from '../file-memory.ts';
import type { InvalidDocument, SourcedResource } from '../source.ts';
import { type SecretRef, secretsIn, withSecretNamespace } from './references.ts';

export interface Reading {
  readonly resource?: SourcedResource;
  readonly invalid?: InvalidDocument;
  readonly problems: readonly Problem[];
  /** What the resource names. */
  readonly secrets: readonly SecretRef[];
}

/** The fields that mean something to us; a server's bookkeeping changes with its version. */
const METADATA = [
  'name',
  'namespace',
  'labels',
  'annotations',
  'generation',
  'uid',
  'creationTimestamp',
  'finalizers',
] as const;

type Known = Map<string, { readonly text: string; readonly result: LoadResult }>;

export class ObjectReader {
  readonly #load: LoadPolicies;
  readonly #cluster: string;
  #known: Known = new Map();
  /** Most objects are the very same from list to list. */
  readonly #readings = new WeakMap<KubeObject, Reading>();

  /** @param cluster its name, for people */
  constructor(load: LoadPolicies, cluster: string) {
    this.#load = load;
    this.#cluster = cluster;
  }

  /** Everything there is; what is not among it is forgotten. */
  read(objects: readonly KubeObject[]): readonly Reading[] {
    const known = this.#known;
    this.#known = new Map();
    return objects.map((object) => this.#readingOf(object, known));
  }

  #readingOf(object: KubeObject, known: Known): Reading {
    const id = `${object.kind} ${keyOf(object)}`;
    const before = known.get(id);
    const same = this.#readings.get(object);
    if (before !== undefined && same !== undefined) {
      this.#known.set(id, before);
      return same;
    }
    const place = `kubernetes ${keyOf(object)} (${this.#cluster})`;
    const text = JSON.stringify(documentOf(object));
    // A version in which only the status is new.
    const result = before?.text === text ? before.result : this.#load(text, place);
    this.#known.set(id, { text, result });
    const made = readingOf(object, result, place);
    this.#readings.set(object, made);
    return made;
  }
}

function documentOf({ apiVersion, kind, metadata, spec }: KubeObject): object {
  const kept = METADATA.filter((field) => metadata[field] !== undefined);
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(kept.map((field) => [field, metadata[field]])),
    spec,
  };
}

function readingOf(object: KubeObject, { resources, invalid, problems }: LoadResult, place: string): Reading {
  const { uid, generation, labels, creationTimestamp: createdAt, deletionTimestamp } = object.metadata;
  const resource = resources[0]?.resource;
  const life = {
    ...defined({ uid }),
    ...(deletionTimestamp !== undefined && { deleting: true }),
  };
  // The text was one line made by us: its line numbers say nothing.
  const told = problems.map(({ line: _, ...problem }) => problem);
  if (resource !== undefined) {
    // What is written about it in `status` makes no other revision.
    const revision = `generation:${generation ?? 0}`;
    const sourced = { resource: withSecretNamespace(resource), place, revision };
    const born = createdAt === undefined ? {} : { createdAt };
    return { resource: { ...sourced, ...born, ...life }, problems: told, secrets: secretsIn(resource) };
  }
  const { message = 'is not valid', reason } = invalid[0] ?? {};
  return {
    invalid: {
      key: keyOf(object),
      kind: object.kind ?? '',
      message,
      place,
      ...defined({ reason, generation, labels }),
      ...life,
    },
    problems: told,
    secrets: [],
  };
}
