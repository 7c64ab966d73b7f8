// server: create, replace, merge patch and delete, with the rules of Kubernetes' generic registry.

import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../api/schema/json-schema.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound } from '../http/failure.ts';
import { shownValue } from '../http/query.ts';
import { type KubeObject, keyOf, timestamp, versionOf, withMeta } from '../kinds/object.ts';
import type { ObjectHome, ServedKind } from '../kinds/object-home.ts';
import type { Versions } from '../watch/versions.ts';
import { mergePatch } from './merge-patch.ts';
import { newMetadata, nextMetadata, objectIn, type Target } from './write-rules.ts';

export interface WriteDeps {
  readonly versions: Versions;
  readonly clock: Clock;
  /** A new random identity in the form of a UUID. */
  readonly newUid: () => string;
}

export interface Served extends ServedKind {
  readonly home: ObjectHome;
}

export interface Write {
  readonly body: unknown;
  readonly target: Target;
  readonly subresource?: 'status';
  /** Checked like a real one, and then forgotten. */
  readonly dryRun: boolean;
  /** The name of the token that it came with, where there is one. */
  readonly by?: string;
}

export interface Written {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
  /** The object is gone now. */
  readonly removed?: true;
}

/** Five characters that cannot be mistaken for each other, out of an identity. */
function suffixOf(uid: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digits = BigInt(`0x${uid.replaceAll('-', '')}`);
  const at = (i: number): string =>
    alphabet[Number((digits >> BigInt(8 * i)) % BigInt(alphabet.length))] ?? 'x';
  return [0, 1, 2, 3, 4].map(at).join('');
}

export class Writes {
  readonly #deps: WriteDeps;

  constructor(deps: WriteDeps) {
    this.#deps = deps;
  }

  /** @throws ApiFailure AlreadyExists, Invalid, Forbidden, BadRequest; TransientError when it cannot be kept */
  create({ kind, cache, home }: Served, { body, target, dryRun, by }: Write): Written {
    const object = objectIn(body, kind, target);
    const uid = this.#deps.newUid();
    const born = { uid, creationTimestamp: timestamp(this.#deps.clock.now()), suffix: suffixOf(uid) };
    const { status, ...given } = object;
    const written = kind.hasStatus || status === undefined ? given : { ...given, status };
    const next: KubeObject = { ...written, metadata: newMetadata(object, kind, born) } as KubeObject;
    const seen = cache.get(keyOf(next.metadata));
    if (seen !== undefined) throw alreadyExists(kind, next.metadata.name);
    home.permit(undefined, undefined);
    const { object: admitted, warnings } = home.admit(next, undefined, by);
    return { object: this.#keep(home, admitted, dryRun), warnings };
  }

  /** @throws ApiFailure NotFound, Conflict, Invalid, Forbidden, BadRequest; TransientError when it cannot be kept */
  replace(served: Served, write: Write): Written {
    const current = this.#current(served, write);
    const next = objectIn(write.body, served.kind, write.target);
    if (!next.metadata.resourceVersion) {
      const message = 'Invalid value: 0x0: must be specified for an update';
      const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
      throw invalid(served.kind, current.metadata.name, [cause]);
    }
    return this.#update(served, write, { current, next });
  }

  /** RFC 7386. A resourceVersion in the patch is a condition, as in a replacement. Throws as `replace`. */
  patch(served: Served, write: Write): Written {
    const current = this.#current(served, write);
    if (!isObject(write.body)) throw badRequest('a merge patch must be a JSON object');
    const merged = mergePatch(current, write.body);
    const next = objectIn(merged, served.kind, write.target);
    return this.#update(served, write, { current, next });
  }

  /**
   * Removes the object, or marks it as deleted while it has somebody's finalizer. Throws as `replace`.
   *
   * @param write.body DeleteOptions, or nothing
   */
  remove(served: Served, write: Write): Written {
    const { home } = served;
    const current = this.#current(served, write);
    const { metadata } = current;
    this.#checkPreconditions(write.body, served, current);
    if ((metadata.finalizers ?? []).length === 0) {
      if (!write.dryRun) home.remove(keyOf(metadata), this.#deps.versions.next());
      return { object: home.shown(current), warnings: [], removed: true };
    }
    if (metadata.deletionTimestamp !== undefined) return { object: home.shown(current), warnings: [] };
    const marked = withMeta(current, {
      deletionTimestamp: timestamp(this.#deps.clock.now()),
      deletionGracePeriodSeconds: 0,
      ...(metadata.generation !== undefined && { generation: metadata.generation + 1 }),
    });
    return { object: this.#keep(home, marked, write.dryRun), warnings: [] };
  }

  #current({ kind, cache, home }: Served, { target, subresource }: Write): KubeObject {
    const name = target.name ?? '';
    const key = keyOf({ ...target, name });
    const seen = cache.get(key);
    if (seen === undefined) throw notFound(kind, name);
    home.permit(seen, subresource);
    return home.current(key) ?? seen;
  }

  #update(
    served: Served,
    { subresource, dryRun, by }: Write,
    { current, next }: { readonly current: KubeObject; readonly next: KubeObject },
  ): Written {
    const { kind, home } = served;
    this.#checkVersion(next.metadata.resourceVersion, served, current);
    const metadata = nextMetadata(next, current, kind);
    const merged = subresource === 'status' ? statusOf(current, next) : mainOf(current, next, kind.hasStatus);
    const admitted = home.admit({ ...merged, metadata }, current, by);
    const object =
      kind.hasStatus && subresource === undefined ? counted(admitted.object, current) : admitted.object;
    const { warnings } = admitted;
    if (isDeepStrictEqual(object, current)) return { object: home.shown(current), warnings };
    const isReleased = metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;
    if (!isReleased) return { object: this.#keep(home, object, dryRun), warnings };
    if (!dryRun) home.remove(keyOf(metadata), this.#deps.versions.next());
    return { object: home.shown(object), warnings, removed: true };
  }

  /** What clients see of it afterwards. */
  #keep(home: ObjectHome, object: KubeObject, dryRun: boolean): KubeObject {
    if (dryRun) return home.shown(object);
    const versioned = withMeta(object, { resourceVersion: String(this.#deps.versions.next()) });
    home.save(versioned);
    return home.shown(versioned);
  }

  /**
   * Whoever has seen the last write may write; what the operator reported since does not matter to them.
   */
  #checkVersion(given: string | undefined, { kind }: Served, current: KubeObject): void {
    if (given === undefined || given === '') return;
    if (!/^\d+$/.test(given)) throw badRequest(`metadata.resourceVersion: '${given}' is not a version`);
    const version = Number(given);
    if (version < versionOf(current) || version > this.#deps.versions.current)
      throw conflict(kind, current.metadata.name, MODIFIED);
  }

  #checkPreconditions(body: unknown, served: Served, current: KubeObject): void {
    if (body === undefined || body === null) return;
    if (!isObject(body)) throw badRequest('the body of a delete must be DeleteOptions, as a JSON object');
    const { propagationPolicy, preconditions } = body;
    if (!PROPAGATION.includes(propagationPolicy))
      throw badRequest(
        `propagationPolicy: ${shownValue(propagationPolicy)} is none of Background, Foreground, Orphan`,
      );
    if (!isObject(preconditions)) return;
    const { uid, resourceVersion } = preconditions;
    const { metadata } = current;
    if (typeof uid === 'string' && uid !== metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
      throw conflict(served.kind, metadata.name, why);
    }
    if (typeof resourceVersion === 'string') this.#checkVersion(resourceVersion, served, current);
  }
}

const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';
const PROPAGATION: readonly unknown[] = [undefined, null, 'Background', 'Foreground', 'Orphan'];

/** Of the status subresource only the status counts. */
function statusOf(current: KubeObject, next: KubeObject): KubeObject {
  const { status: _, ...rest } = current;
  return (next.status === undefined ? rest : { ...rest, status: next.status }) as KubeObject;
}

/** Where there is a status subresource, the status is written through it alone. */
function mainOf(current: KubeObject, next: KubeObject, hasStatus: boolean): KubeObject {
  if (!hasStatus) return next;
  const { status: _, ...rest } = next;
  return (current.status === undefined ? rest : { ...rest, status: current.status }) as KubeObject;
}

/** The generation counts changes of what is wished for. */
function counted(next: KubeObject, current: KubeObject): KubeObject {
  if (isDeepStrictEqual(wishOf(next), wishOf(current))) return next;
  return withMeta(next, { generation: (current.metadata.generation ?? 0) + 1 });
}

function wishOf({ metadata: _, status: __, ...wish }: KubeObject): object {
  return wish;
}
