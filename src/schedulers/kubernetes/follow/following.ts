// schedulers/kubernetes/follow: the collections that are followed, each from when it is first asked for until nobody has asked
// for it for a while.

import type { Clock } from '../../../runtime/clock.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import {
  type Followed,
  REFLECTOR_TIMING,
  Reflector,
  type ReflectorTiming,
} from '../../../runtime/kubernetes/reflector.ts';
import { type ResourcePath, urlPathOf } from '../../../runtime/kubernetes/resource-path.ts';
import type { Logger } from '../../../runtime/log.ts';

export interface FollowingDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly timing?: Partial<ReflectorTiming>;
}

/** Nothing is listed again while its watch goes on: bookmarks keep its place, and 410 says when it is lost. */
const TIMING: ReflectorTiming = { ...REFLECTOR_TIMING, relistMs: Number.POSITIVE_INFINITY };
const UNUSED_MS = 600_000;

interface Running {
  readonly reflector: Reflector;
  readonly stop: AbortController;
  usedAtMs: number;
}

export class Following {
  readonly #deps: FollowingDeps;
  readonly #closing: AbortSignal;
  readonly #running = new Map<string, Running>();
  /** Paths are the same objects from look to look. */
  readonly #keys = new WeakMap<ResourcePath, string>();

  constructor(deps: FollowingDeps, closing: AbortSignal) {
    this.#deps = deps;
    this.#closing = closing;
  }

  /** Resolves when it is known how the collection stands, or that it cannot be known: see `synced` and `failure`. */
  async of(
    followed: Followed,
    onChange: (object?: KubeObject) => void,
    signal: AbortSignal,
  ): Promise<Reflector> {
    const known = this.known(followed);
    if (known !== undefined) return known;
    const key = this.#keyOf(followed.path);
    const running = this.#running.get(key) ?? this.#begin(key, followed, onChange);
    running.usedAtMs = this.#deps.clock.monotonic();
    if (!running.reflector.synced) await running.reflector.look(signal);
    return running.reflector;
  }

  /** Undefined where it is not known yet what there is. */
  known({ path }: Followed): Reflector | undefined {
    const running = this.#running.get(this.#keyOf(path));
    if (running === undefined) return undefined;
    running.usedAtMs = this.#deps.clock.monotonic();
    return running.reflector.synced ? running.reflector : undefined;
  }

  #keyOf(path: ResourcePath): string {
    const key = this.#keys.get(path) ?? urlPathOf(path);
    this.#keys.set(path, key);
    return key;
  }

  #begin(key: string, followed: Followed, onChange: (object?: KubeObject) => void): Running {
    this.#endUnused();
    const stop = new AbortController();
    const timing = { ...TIMING, ...this.#deps.timing };
    const reflector = new Reflector(followed, { ...this.#deps, timing, onChange });
    const running = { reflector, stop, usedAtMs: this.#deps.clock.monotonic() };
    this.#running.set(key, running);
    void reflector.run(AbortSignal.any([this.#closing, stop.signal]));
    return running;
  }

  #endUnused(): void {
    const longAgoMs = this.#deps.clock.monotonic() - UNUSED_MS;
    for (const [key, { stop, usedAtMs }] of this.#running) {
      if (usedAtMs > longAgoMs) continue;
      stop.abort();
      this.#running.delete(key);
    }
  }
}

/** Why the collection may be behind; undefined while it is in step. */
export function troubleOf({ synced, failure }: Reflector): string | undefined {
  return failure ?? (synced ? undefined : 'it was not listed yet');
}
