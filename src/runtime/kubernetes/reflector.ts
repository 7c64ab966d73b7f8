// runtime/kubernetes: keeps the cache of one kind in step with the cluster: list, then watch, and again from the
// start after whatever goes wrong.

import type { Clock } from '../clock.ts';
import { messageOf, TransientError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { Backoff } from '../work/backoff.ts';
import type { KubeApi, WatchEvent } from './api.ts';
import { ObjectCache } from './cache.ts';
import { isInitializing, isStatus, KubeFailure } from './failure.ts';
import { type KubeObject, keyOf } from './objects.ts';
import type { ResourcePath } from './resource-path.ts';

export interface ReflectorTiming {
  /** Watches are ended by the server and begun anew after this: a connection that died is noticed soon after. */
  readonly watchSeconds: number;
  readonly silenceMs: number;
  /** For what no watch told. */
  readonly relistMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
}

export const REFLECTOR_TIMING: ReflectorTiming = {
  watchSeconds: 25,
  silenceMs: 35_000,
  relistMs: 300_000,
  minBackoffMs: 250,
  maxBackoffMs: 8_000,
};

export interface ReflectorDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly timing: ReflectorTiming;
  /** What is asked for, or what can be known, has changed: of this object, or of any. */
  readonly onChange: (object?: KubeObject) => void;
  /** A new version of an object, whatever is new in it. */
  readonly onSight?: (object: KubeObject) => void;
}

/** A server takes a second or two to read what there is of a kind that it has just learned of; longer is a trouble. */
const INITIALIZING_MS = 15_000;

/** A watch that ends sooner than this without a word is no watch. */
const SHORTEST_WATCH_MS = 1_000;

/** A collection that is followed. */
export interface Followed {
  readonly apiVersion: string;
  /** For people and for the objects of a list, which do not say theirs. */
  readonly kind: string;
  readonly path: ResourcePath;
  /** Whether nothing is new that anybody waits for. */
  readonly isSame: (before: KubeObject, after: KubeObject) => boolean;
  /** Keeps what is of use of an object, where there are many; identity and version must stay. */
  readonly reduce?: (object: KubeObject) => KubeObject;
}

export class Reflector {
  readonly followed: Followed;
  readonly cache = new ObjectCache();
  readonly #deps: ReflectorDeps;
  readonly #backoff: Backoff<'follow'>;
  #synced = false;
  #failure: string | undefined;
  #running = false;
  /** Since when the server says nothing but that it is not ready for this kind yet. */
  #initializingSinceMs: number | undefined;
  /** Settles with the first attempt of a run. */
  #tried: Promise<void> = Promise.resolve();

  constructor(followed: Followed, deps: ReflectorDeps) {
    this.followed = followed;
    this.#deps = deps;
    const { minBackoffMs: baseMs, maxBackoffMs: maxMs } = deps.timing;
    this.#backoff = new Backoff({ baseMs, maxMs, random: deps.random });
  }

  /** A full list was taken over at least once: what is not in the cache was not there then. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Why the cache may be behind; absent while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Resolves once there is something to say; never rejects but with `signal.reason`. Looks itself while nobody runs it. */
  async look(signal: AbortSignal): Promise<void> {
    if (this.#running) {
      await this.#tried;
      signal.throwIfAborted();
      return;
    }
    try {
      await this.#list(signal);
      this.#failure = undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!this.#isEarly(error)) this.#failure = messageOf(error);
    }
  }

  /** Resolves when aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const first = Promise.withResolvers<void>();
    this.#tried = first.promise;
    this.#running = true;
    try {
      while (!signal.aborted) {
        try {
          await this.#follow(signal, first.resolve);
        } catch (error) {
          if (signal.aborted) return;
          if (!this.#isEarly(error)) {
            this.#failed(error);
            first.resolve();
          }
          const askedForMs = error instanceof KubeFailure ? error.retryAfterMs : 0;
          const waitMs = Math.max(this.#backoff.next('follow'), askedForMs);
          await clock.sleep(waitMs, signal).catch(() => undefined);
        }
      }
    } finally {
      this.#running = false;
      first.resolve();
    }
  }

  /** Until the next list is due; throws what ends it before. */
  async #follow(signal: AbortSignal, onListed: () => void): Promise<void> {
    const { clock, timing } = this.#deps;
    let version = await this.#list(signal);
    onListed();
    const relistAtMs = clock.monotonic() + timing.relistMs;
    while (clock.monotonic() < relistAtMs) version = await this.#watch(version, signal);
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, onChange, onSight } = this.#deps;
    const { apiVersion, kind, path } = this.followed;
    const { items = [], metadata } = await api.list(path, signal);
    const before = new Map(this.cache.all().map((object) => [keyOf(object), object]));
    this.cache.replace(items.map((item) => this.#reduced({ ...item, apiVersion, kind })));
    const after = this.cache.all();
    const changed =
      !this.#synced ||
      before.size !== after.length ||
      after.some((object) => !this.#isKnown(object, before.get(keyOf(object))));
    this.#synced = true;
    this.#initializingSinceMs = undefined;
    for (const object of after) onSight?.(object);
    if (changed) onChange();
    return metadata?.resourceVersion ?? '';
  }

  /** @returns the version that the next watch begins with */
  async #watch(from: string, signal: AbortSignal): Promise<string> {
    const { api, clock, timing } = this.#deps;
    const startedMs = clock.monotonic();
    let version = from;
    let heard = false;
    const options = {
      resourceVersion: from,
      timeoutSeconds: timing.watchSeconds,
      silenceMs: timing.silenceMs,
      onOpen: () => this.#recovered(),
    };
    for await (const event of api.watch(this.followed.path, options, signal)) {
      this.#take(event);
      version = event.object.metadata?.resourceVersion ?? version;
      heard = true;
      this.#backoff.forget('follow');
    }
    signal.throwIfAborted();
    if (!heard && clock.monotonic() - startedMs < SHORTEST_WATCH_MS)
      throw new TransientError('the watch ended as soon as it began');
    return version;
  }

  #take({ type, object }: WatchEvent): void {
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#see(object, () => this.cache.offer(this.#reduced(object)));
        return;
      case 'DELETED':
        this.cache.remove(object);
        this.#deps.onChange(this.#reduced(object));
        return;
      case 'ERROR':
        throw new KubeFailure(`the watch ended: ${object.message ?? 'without a reason'}`, object.code);
      default:
    }
  }

  /** The answer to a write of ours. */
  refresh(object: KubeObject): void {
    this.#see(object, () => this.cache.refresh(this.#reduced(object)));
  }

  #reduced(object: KubeObject): KubeObject {
    return this.followed.reduce?.(object) ?? object;
  }

  #see(object: KubeObject, take: () => void): void {
    const before = this.cache.get(keyOf(object));
    take();
    const now = this.cache.get(keyOf(object));
    if (now === undefined) return;
    this.#deps.onSight?.(now);
    if (!this.#isKnown(now, before)) this.#deps.onChange(now);
  }

  #isKnown(object: KubeObject, before: KubeObject | undefined): boolean {
    return before !== undefined && this.followed.isSame(before, object);
  }

  #isEarly(error: unknown): boolean {
    if (!isInitializing(error)) {
      this.#initializingSinceMs = undefined;
      return false;
    }
    const nowMs = this.#deps.clock.monotonic();
    this.#initializingSinceMs ??= nowMs;
    return nowMs - this.#initializingSinceMs < INITIALIZING_MS;
  }

  #failed(error: unknown): void {
    // The history that a watch began with is over: nothing is wrong with it, all is listed anew.
    if (isStatus(error, 410) && this.#synced) return;
    const failure = messageOf(error);
    if (failure === this.#failure) return;
    this.#failure = failure;
    const { log, api, onChange } = this.#deps;
    // The list that follows tells people.
    log.debug('kubernetes: cannot be followed', {
      cluster: api.cluster.name,
      kind: this.followed.kind,
      reason: failure,
    });
    onChange();
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    const { log, api, onChange } = this.#deps;
    log.info('kubernetes: followed again', { cluster: api.cluster.name, kind: this.followed.kind });
    onChange();
  }
}
