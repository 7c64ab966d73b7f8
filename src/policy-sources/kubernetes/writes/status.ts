// policy-sources/kubernetes: writes the status subresource, only where it says something else, and again where somebody
// else wrote over it.

import { isDeepStrictEqual } from 'node:util';
import { TransientError } from '../../../runtime/errors.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { eachOf } from '../../each.ts';
import type { ObjectRef } from '../../source.ts';
import { pathOf } from '../objects.ts';
import { mergePatchOf } from './merge-patch.ts';

export interface StatusDeps {
  readonly api: KubeApi;
  /** The object as it was last seen. */
  readonly seen: (ref: ObjectRef) => KubeObject | undefined;
  /** Whether this instance writes about the object. */
  readonly isOurs: (ref: ObjectRef) => boolean;
  readonly refresh: (ref: ObjectRef, object: KubeObject) => void;
}

interface Written {
  readonly ref: ObjectRef;
  readonly wanted: object;
  /** What the server made of it: an older CRD prunes what it does not know. */
  readonly shown: unknown;
}

const ATTEMPTS = 4;

export class StatusWriter {
  readonly #deps: StatusDeps;
  /** By uid. */
  readonly #written = new Map<string, Written>();
  /** Uids of objects whose status is not the one that we wrote. */
  readonly #overwritten = new Set<string>();

  constructor(deps: StatusDeps) {
    this.#deps = deps;
  }

  /** @throws TransientError: come back with the newest status */
  async write(ref: ObjectRef, status: object, signal: AbortSignal): Promise<void> {
    const { api, seen, refresh } = this.#deps;
    // Without fields that are undefined, as it will come back.
    const next = JSON.parse(JSON.stringify(status)) as object;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const object = seen(ref);
      if (object === undefined || this.#isShown(object, next)) return;
      try {
        const after = await api.patch(
          { ...pathOf(ref), subresource: 'status' },
          patchOf(object, next),
          signal,
        );
        this.#note(ref, { object: after, wanted: next });
        refresh(ref, after);
        return;
      } catch (error) {
        if (isStatus(error, 404)) return;
        if (!isStatus(error, 409)) throw error;
        const now = await api.get(pathOf(ref), signal).catch((failure: unknown) => {
          if (isStatus(failure, 404)) return undefined;
          throw failure;
        });
        if (now === undefined || now.metadata.uid !== object.metadata.uid) return;
        refresh(ref, now);
      }
    }
    throw new TransientError(`the status of ${ref.key} is written by others all the time; it follows later`);
  }

  /** A new version of an object was seen. */
  see({ metadata: { uid = '' }, status }: KubeObject): void {
    const written = this.#written.get(uid);
    if (written !== undefined && !isDeepStrictEqual(status, written.shown)) this.#overwritten.add(uid);
    else this.#overwritten.delete(uid);
  }

  /** Puts our status back where somebody else wrote over it; one that cannot be written is tried again next time. */
  async repair(signal: AbortSignal): Promise<void> {
    await eachOf([...this.#overwritten], async (uid) => {
      const written = this.#written.get(uid);
      if (written !== undefined && this.#deps.isOurs(written.ref))
        await this.write(written.ref, written.wanted, signal);
      // What somebody else has the right to write is no damage.
      else this.#written.delete(uid);
      this.#overwritten.delete(uid);
    });
  }

  /** Forgets what is not there any more. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const uid of this.#written.keys()) {
      if (uids.has(uid)) continue;
      this.#written.delete(uid);
      this.#overwritten.delete(uid);
    }
  }

  #isShown(object: KubeObject, next: object): boolean {
    const written = this.#written.get(object.metadata.uid ?? '');
    const pruned =
      isDeepStrictEqual(written?.wanted, next) && isDeepStrictEqual(written?.shown, object.status);
    return pruned || isDeepStrictEqual(object.status, withTransitionTimes(next, object.status));
  }

  #note(ref: ObjectRef, { object, wanted }: { readonly object: KubeObject; readonly wanted: object }): void {
    const { uid = '' } = object.metadata;
    this.#written.set(uid, { ref, wanted, shown: object.status });
    this.#overwritten.delete(uid);
  }
}

/** Of this very object in this very version: a merge of what we know with what we do not would be neither's truth. */
function patchOf({ metadata: { uid, resourceVersion }, status }: KubeObject, next: object): object {
  const before = typeof status === 'object' && status !== null ? status : {};
  return {
    metadata: { uid, resourceVersion },
    status: mergePatchOf(before, withTransitionTimes(next, status)),
  };
}

interface Timed {
  readonly type?: unknown;
  readonly status?: unknown;
  readonly lastTransitionTime?: unknown;
}

/** An operator that was started anew does not know since when a condition holds; its object does. */
function withTransitionTimes(next: object, before: unknown): object {
  const conditions = conditionsOf(next);
  if (conditions === undefined) return next;
  const known = conditionsOf(before) ?? [];
  return {
    ...next,
    conditions: conditions.map((condition) => {
      const same = known.find(({ type, status }) => type === condition.type && status === condition.status);
      return same?.lastTransitionTime === undefined
        ? condition
        : { ...condition, lastTransitionTime: same.lastTransitionTime };
    }),
  };
}

function conditionsOf(status: unknown): readonly Timed[] | undefined {
  const { conditions } = (status ?? {}) as { readonly conditions?: unknown };
  return Array.isArray(conditions) ? (conditions as readonly Timed[]) : undefined;
}
