// server: the port between the API and where the objects of a kind are kept.

import type { WatchCache } from '../watch/watch-cache.ts';
import type { ResourceKind } from './kinds.ts';
import type { KubeObject } from './object.ts';

export interface Admitted {
  /** With its defaults. */
  readonly object: KubeObject;
  /** Sentences for `Warning` headers. */
  readonly warnings: readonly string[];
}

/** What a kind is, where it is read from, and where it is written to: without `home` it is read only. */
export interface ServedKind {
  readonly kind: ResourceKind;
  readonly cache: WatchCache;
  readonly home?: ObjectHome;
}

export interface ObjectHome {
  /**
   * As it was written last, with the version of that: of its status and what else the API adds it may have nothing.
   * Undefined when it is not kept here.
   */
  current(key: string): KubeObject | undefined;
  /** The same as clients see it. */
  shown(object: KubeObject): KubeObject;
  /**
   * @param seen what is served under this name, wherever it is kept
   * @throws ApiFailure when objects cannot be written here at all, or this one has another home
   */
  permit(seen: KubeObject | undefined, subresource: 'status' | undefined): void;
  /**
   * Checks what is about to be written and adds defaults. Metadata that is the API's own is there already.
   *
   * @param by the name of the token that it is written with, where there is one
   * @throws ApiFailure Invalid with every cause, or Forbidden
   */
  admit(next: KubeObject, current: KubeObject | undefined, by?: string): Admitted;
  /**
   * Keeps the object under the version that it carries, and puts it into the cache.
   *
   * @throws TransientError when it cannot be kept; then nothing has changed
   */
  save(object: KubeObject): void;
  /** Throws as `save`. */
  remove(key: string, version: number): void;
  /**
   * Resolves once all that was written before the call outlives any crash: nobody is told before. Absent: it does when `save` returns.
   *
   * @throws TransientError when the disk fails
   */
  durable?(): Promise<void>;
}
