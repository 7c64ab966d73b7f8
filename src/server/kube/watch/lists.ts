// server: lists, whole or page by page: every page shows the same moment.

import { badRequest, expired } from '../http/failure.ts';
import type { ListOptions } from '../http/list-options.ts';
import type { ObjectList } from '../http/representation.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/kinds.ts';
import { type KubeObject, keyOf } from '../kinds/object.ts';
import type { WatchCache } from './watch-cache.ts';

/** Moments that somebody has not finished reading; each may keep a state of every object. */
const MAX_SNAPSHOTS = 8;

export interface ListSource {
  readonly kind: ResourceKind;
  readonly cache: WatchCache;
  readonly matches: (object: KubeObject) => boolean;
}

interface Moment {
  readonly version: number;
  readonly objects: readonly KubeObject[];
  readonly after: string;
}

export class Lists {
  readonly #version: () => number;
  /** By kind and version, oldest first; they share their objects with the cache. */
  readonly #snapshots = new Map<string, readonly KubeObject[]>();

  /** @param version the newest of all kinds */
  constructor(version: () => number) {
    this.#version = version;
  }

  /** @throws ApiFailure Expired when the moment asked for is over, BadRequest for a token that is none of ours */
  list(options: ListOptions, { kind, cache, matches }: ListSource): ObjectList {
    const { limit, continueFrom } = options;
    const moment =
      continueFrom === undefined ? this.#now(options, kind, cache) : this.#resumed(continueFrom, kind);
    const found = moment.objects.filter((object) => keyOf(object.metadata) > moment.after && matches(object));
    const items = limit > 0 ? found.slice(0, limit) : found;
    const left = found.length - items.length;
    const last = items.at(-1);
    if (left > 0) this.#keep(kind, moment);
    return {
      apiVersion: apiVersionOf(kind),
      kind: `${kind.kind}List`,
      metadata: {
        resourceVersion: String(moment.version),
        ...(left > 0 &&
          last !== undefined && { continue: tokenOf(moment.version, last), remainingItemCount: left }),
      },
      items,
    };
  }

  #now({ resourceVersion = 0, exactly }: ListOptions, kind: ResourceKind, cache: WatchCache): Moment {
    const version = this.#version();
    if (resourceVersion > version)
      throw expired(`resource version ${resourceVersion} is not of this server (${version})`);
    if (!exactly || resourceVersion === version) return { version, objects: cache.list(), after: '' };
    const objects = this.#snapshots.get(snapshotKey(kind, resourceVersion));
    if (objects === undefined) throw expired(`too old resource version: ${resourceVersion} (${version})`);
    return { version: resourceVersion, objects, after: '' };
  }

  #resumed(token: string, kind: ResourceKind): Moment {
    const place = placeIn(token);
    if (place === undefined) throw badRequest('continue: the token is not one that this server has given');
    const objects = this.#snapshots.get(snapshotKey(kind, place.version));
    if (objects === undefined) {
      throw expired(
        'the provided continue parameter is too old to display a consistent list result; list again without it',
      );
    }
    return { ...place, objects };
  }

  #keep(kind: ResourceKind, { version, objects }: Moment): void {
    this.#snapshots.set(snapshotKey(kind, version), objects);
    const oldest = this.#snapshots.keys().next();
    if (this.#snapshots.size > MAX_SNAPSHOTS && !oldest.done) this.#snapshots.delete(oldest.value);
  }
}

function snapshotKey({ group, plural }: ResourceKind, version: number): string {
  return `${group}/${plural} ${version}`;
}

function tokenOf(version: number, last: KubeObject): string {
  return Buffer.from(JSON.stringify({ version, after: keyOf(last.metadata) })).toString('base64url');
}

function placeIn(token: string): { readonly version: number; readonly after: string } | undefined {
  try {
    const { version, after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    return typeof version === 'number' && typeof after === 'string' ? { version, after } : undefined;
  } catch {
    return undefined;
  }
}
