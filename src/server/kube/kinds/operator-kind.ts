// server: one of our kinds as the operator serves it: what was applied here, what other sources have, and the status
// of both.

import { isDeepStrictEqual } from 'node:util';
import type { LoadResult } from '../../../api/load.ts';
import type { Problem } from '../../../api/problem.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { fieldPath } from '../field-path.ts';
import { ApiFailure, type Cause, forbidden, invalid, notAllowed } from '../http/failure.ts';
import { visibleDefaults } from '../visible-defaults.ts';
import type { Versions } from '../watch/versions.ts';
import { WatchCache } from '../watch/watch-cache.ts';
import type { ResourceKind } from './kinds.ts';
import { type KubeObject, keyOf, versionOf, withMeta } from './object.ts';
import type { Admitted, ObjectHome, ServedKind } from './object-home.ts';
import { type Origin, REVISION_ANNOTATION, SOURCE_ANNOTATION, withOrigin } from './view-objects.ts';

type Checked = Pick<LoadResult, 'resources' | 'problems' | 'invalid'>;

/** Where applied objects are kept: the source that the controller reads them from. */
export interface AppliedStore {
  all(): readonly { readonly object: KubeObject }[];
  get(kind: string, key: string): { readonly object: KubeObject } | undefined;
  /**
   * Throws TransientError.
   *
   * @param checked what `check` said of it, where nothing but defaults, generation and version has come to it since
   */
  put(object: KubeObject, checked?: Checked): void;
  /** Throws TransientError. */
  remove(kind: string, key: string): void;
  /** Resolves once all that was written before the call outlives any crash; rejects with TransientError. */
  durable(): Promise<void>;
  /** Calls back after every change with the kind and `namespace/name`. */
  subscribe(onChange: (kind: string, key: string) => void): () => void;
  /** Reads it as the source does: valid and allowed, or why not. */
  check(object: KubeObject): Checked;
  /** The name of the source in the operator's view. */
  readonly source: string;
  /** On every applied object until what it owns is collected. */
  readonly finalizer: string;
}

/** What the operator says about an object. */
export interface Report {
  readonly status: object;
  readonly origin?: Origin;
}

/** An object as the operator has it from one of its sources. */
export interface Sighting {
  readonly source: string;
  readonly uid?: string;
  readonly report: Report;
  /** The object itself, for the case that its home is not here. */
  readonly object?: KubeObject;
}

export interface OperatorKindOptions {
  readonly kind: ResourceKind;
  readonly versions: Versions;
  /** Absent: an operator without a store, which cannot be written to. */
  readonly applied?: AppliedStore;
}

const NO_STORE =
  'this operator keeps nothing that is applied to it; start it with --data DIR, or change the policy where it is kept';

export class OperatorKind implements ServedKind, ObjectHome {
  readonly kind: ResourceKind;
  readonly cache: WatchCache;
  readonly home: ObjectHome = this;
  readonly #versions: Versions;
  readonly #applied: AppliedStore | undefined;
  readonly #reports = new Map<string, Report>();
  /** What was admitted and not saved yet, by its spec, which is new then and goes with it until it is saved. */
  readonly #admitted = new WeakMap<object, Checked>();
  /** The newest version in the cache. */
  #shownUpTo: number;

  constructor({ kind, versions, applied }: OperatorKindOptions) {
    this.kind = kind;
    this.#versions = versions;
    this.#applied = applied;
    this.#shownUpTo = versions.current;
    this.cache = new WatchCache({ startVersion: versions.current });
    for (const { object } of applied?.all() ?? [])
      if (object.kind === kind.kind) this.#show(keyOf(object.metadata), object);
    applied?.subscribe((changed, key) => {
      if (changed === kind.kind) this.#appliedChanged(key);
    });
  }

  /** Takes over what the operator sees now; false: of what is not shown under this name. */
  see(key: string, { source, uid, report, object }: Sighting): boolean {
    const applied = this.current(key);
    const isApplied = source === this.#applied?.source;
    // The operator may not have noticed yet that an object is gone, or another one of its name.
    if (isApplied && (applied === undefined || (uid !== undefined && uid !== applied.metadata.uid)))
      return false;
    // What another source has of its name is another object.
    if (!isApplied && applied !== undefined) return false;
    this.#reports.set(key, report);
    const shown = applied ?? object;
    if (shown !== undefined) this.#show(key, shown);
    return true;
  }

  /** The operator sees the object no more; what was applied stays. */
  lose(key: string): void {
    this.#reports.delete(key);
    const applied = this.current(key);
    if (applied !== undefined) this.#show(key, applied);
    else this.#hide(key);
  }

  current(key: string): KubeObject | undefined {
    return this.#applied?.get(this.kind.kind, key)?.object;
  }

  shown(object: KubeObject): KubeObject {
    const key = keyOf(object.metadata);
    const seen = this.cache.get(key);
    const version = Math.max(versionOf(object), seen === undefined ? 0 : versionOf(seen));
    return withMeta(this.#composed(key, object), { resourceVersion: String(version) });
  }

  permit(seen: KubeObject | undefined, subresource: 'status' | undefined): void {
    const name = seen?.metadata.name ?? '';
    if (subresource === 'status')
      throw forbidden(this.kind, name, 'the status is what the operator reports; nobody else writes it');
    if (this.#applied === undefined && seen === undefined) throw new ApiFailure('Forbidden', NO_STORE);
    if (seen === undefined || this.current(keyOf(seen.metadata)) !== undefined) return;
    const place = seen.metadata.annotations?.[SOURCE_ANNOTATION] ?? 'another source';
    throw forbidden(this.kind, name, `its home is ${place}; change it there`);
  }

  admit(next: KubeObject, current: KubeObject | undefined): Admitted {
    const applied = this.#applied;
    if (applied === undefined) throw new ApiFailure('Forbidden', NO_STORE);
    const written = this.#withFinalizer(withoutAdded(next), current, applied);
    const checked = applied.check(written);
    const { resources, invalid: refused, problems } = checked;
    const warnings = problems.filter(({ severity }) => severity === 'warning').map(sentence);
    const [valid] = resources;
    if (valid !== undefined) {
      const spec = visibleDefaults(written.spec, valid.resource.spec);
      if (isObject(spec)) this.#admitted.set(spec, checked);
      return { object: { ...written, spec }, warnings };
    }
    // What is not valid any more can still lose its finalizer.
    if (current?.metadata.deletionTimestamp !== undefined) return { object: written, warnings };
    const { name } = written.metadata;
    const causes = problems.filter(({ severity }) => severity === 'error').map(causeOf);
    const isForbidden = refused[0]?.reason === 'NotAllowed';
    throw isForbidden ? notAllowed(this.kind, name, causes) : invalid(this.kind, name, causes);
  }

  save(object: KubeObject): void {
    const { status: _, ...kept } = object;
    const { spec } = object;
    const checked = isObject(spec) ? this.#admitted.get(spec) : undefined;
    // Once: whoever saves the same spec with other metadata has not had it checked.
    if (isObject(spec)) this.#admitted.delete(spec);
    this.#applied?.put(kept as KubeObject, checked);
  }

  remove(key: string, _version: number): void {
    this.#applied?.remove(this.kind.kind, key);
  }

  async durable(): Promise<void> {
    await this.#applied?.durable();
  }

  #appliedChanged(key: string): void {
    const object = this.current(key);
    if (object === undefined) this.#reports.delete(key);
    if (object === undefined) this.#hide(key);
    else this.#show(key, object);
  }

  /** Puts it into the cache when it looks different now. */
  #show(key: string, object: KubeObject): void {
    const seen = this.cache.get(key);
    const next = this.#composed(key, object);
    if (seen !== undefined && isSame(next, seen)) return;
    const written = versionOf(object);
    this.#shownUpTo = written > this.#shownUpTo ? written : this.#versions.next();
    this.cache.set(withMeta(next, { resourceVersion: String(this.#shownUpTo) }));
  }

  #hide(key: string): void {
    if (this.cache.get(key) === undefined) return;
    this.#shownUpTo = this.#versions.next();
    this.cache.remove(key, this.#shownUpTo);
  }

  #composed(key: string, object: KubeObject): KubeObject {
    const report = this.#reports.get(key);
    if (report === undefined) return object;
    const { status, origin } = report;
    return { ...(origin === undefined ? object : withOrigin(object, origin)), status };
  }

  /** Clients that replace an object do not know of it; only a deleted object can lose it. */
  #withFinalizer(next: KubeObject, current: KubeObject | undefined, { finalizer }: AppliedStore): KubeObject {
    const { finalizers = [] } = next.metadata;
    if (current?.metadata.deletionTimestamp !== undefined || finalizers.includes(finalizer)) return next;
    return withMeta(next, { finalizers: [...finalizers, finalizer] });
  }
}

function withoutAdded(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  if (annotations === undefined) return object;
  const { [SOURCE_ANNOTATION]: _, [REVISION_ANNOTATION]: __, ...theirs } = annotations;
  const kept = Object.keys(theirs).length === 0 ? {} : { annotations: theirs };
  return { ...object, metadata: { ...metadata, ...kept } };
}

function isSame(next: KubeObject, seen: KubeObject): boolean {
  return isDeepStrictEqual(withMeta(next, { resourceVersion: '' }), withMeta(seen, { resourceVersion: '' }));
}

function sentence(problem: Problem): string {
  const { field, message } = causeOf(problem);
  return field === '' ? message : `${field}: ${message}`;
}

/** Clients print the field before the message; most of our sentences begin with it. */
function causeOf({ pointer, message }: Problem): Cause {
  const field = fieldPath(pointer);
  const said = field !== '' && message.startsWith(field) ? message.slice(field.length) : message;
  return { reason: 'FieldValueInvalid', message: said.replace(/^[:\s]+/, ''), field };
}
