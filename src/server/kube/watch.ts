// server: a watch: one JSON line for every change, in the order of versions, until somebody has enough.

import type { Clock } from '../../runtime/clock.ts';
import { type ApiFailure, expired } from './failure.ts';
import { apiVersionOf, type ResourceKind } from './kinds.ts';
import type { ListOptions } from './list-options.ts';
import type { KubeObject } from './object.ts';
import { withMeta } from './object.ts';
import type { Representation } from './representation.ts';
import type { Change, WatchCache } from './watch-cache.ts';

export interface WatchDeps {
  readonly cache: WatchCache;
  /** The newest version of all kinds. */
  readonly version: () => number;
  readonly clock: Clock;
  readonly kind: ResourceKind;
  readonly representation: Representation;
  /** Whether the object lies in the namespace that was asked for, and is selected. */
  readonly matches: (object: KubeObject) => boolean;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly onEnd: () => void;
}

/** A reader that is behind by this many lines, or this much text, is cut off, and lists again. */
const MAX_BEHIND_LINES = 4_096;
const MAX_BEHIND_LENGTH = 16 * 1024 * 1024;
const BOOKMARK_EVERY_MS = 30_000;
/** Kubernetes ends watches by itself, too, so that no client relies on one for ever. */
const LONGEST_MS = 3_600_000;

/**
 * Answers at once. When changes since the version asked for are not known any more, the watch says so in its only
 * line, an ERROR with a Status, as kube-apiserver does.
 */
export function watchResponse(options: ListOptions, deps: WatchDeps): Response {
  return new Response(new Watch(options, deps).body(), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
  });
}

class Watch {
  readonly #options: ListOptions;
  readonly #deps: WatchDeps;
  readonly #over = new AbortController();
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  /** Of what waits, what has happened since the watch began; how much it begins with is not up to its reader. */
  #behind = { lines: 0, length: 0 };
  #hasBegun = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Versions up to this one were told. */
  #told: number;

  constructor(options: ListOptions, deps: WatchDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#told = deps.version();
  }

  body(): ReadableStream<Uint8Array> {
    const { cache, signal } = this.#deps;
    const unsubscribe = cache.subscribe((change) => this.#tell(change));
    const end = (): void => this.#end();
    signal.addEventListener('abort', end, { once: true });
    this.#over.signal.addEventListener(
      'abort',
      () => {
        unsubscribe();
        signal.removeEventListener('abort', end);
        this.#deps.onEnd();
      },
      { once: true },
    );
    void this.#keepAlive();
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          this.#begin();
          if (signal.aborted) this.#end();
        },
        pull: () => this.#flush(),
        cancel: () => this.#over.abort(),
      },
      { highWaterMark: 1 },
    );
  }

  #begin(): void {
    const { resourceVersion: from = 0, sendInitialEvents } = this.#options;
    if (from === 0 || sendInitialEvents) this.#tellAll();
    else this.#catchUp(from);
    this.#hasBegun = true;
    this.#flush();
  }

  /** Objects that are there already are new to this watch. */
  #tellAll(): void {
    const { cache, matches } = this.#deps;
    for (const object of cache.list()) if (matches(object)) this.#say('ADDED', object);
    if (this.#options.sendInitialEvents) this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  #catchUp(from: number): void {
    const missed = from > this.#told ? undefined : this.#deps.cache.since(from);
    for (const change of missed ?? []) this.#tell(change);
    if (missed === undefined) this.#fail(expired(`too old resource version: ${from} (${this.#told})`));
  }

  /** An object that enters or leaves the selection is added or deleted, as far as this watch is concerned. */
  #tell({ type, object, previous, version }: Change): void {
    const { matches } = this.#deps;
    const was = previous !== undefined && matches(previous);
    const is = type !== 'DELETED' && matches(object);
    this.#told = Math.max(this.#told, version);
    if (is) this.#say(was ? 'MODIFIED' : 'ADDED', object);
    else if (was) this.#say('DELETED', withMeta(previous, { resourceVersion: String(version) }));
  }

  #say(type: Change['type'], object: KubeObject): void {
    this.#line(type, this.#deps.representation.item(object));
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { kind, version } = this.#deps;
    const metadata = {
      resourceVersion: String(version()),
      creationTimestamp: null,
      ...(annotations !== undefined && { annotations }),
    };
    this.#line('BOOKMARK', { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata });
  }

  #line(type: string, object: object): void {
    if (this.#over.signal.aborted) return;
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#waiting.push(line);
    if (!this.#hasBegun) return;
    this.#behind.lines += 1;
    this.#behind.length += line.length;
    this.#flush();
    const { lines, length } = this.#behind;
    if (lines > MAX_BEHIND_LINES || length > MAX_BEHIND_LENGTH)
      this.#fail(expired('the watch was read too slowly; list again'));
  }

  #flush(): void {
    if (this.#controller === undefined || this.#waiting.length === 0) return;
    if ((this.#controller.desiredSize ?? 0) <= 0) return;
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#behind = { lines: 0, length: 0 };
    this.#controller.enqueue(this.#encoder.encode(text));
  }

  /** In the place of everything that was not read yet. */
  #fail(failure: ApiFailure): void {
    this.#waiting = [`${JSON.stringify({ type: 'ERROR', object: failure.status() })}\n`];
    this.#end();
  }

  /** Closes what has begun: a client sees a watch that ended, not one that broke. */
  #end(): void {
    if (this.#over.signal.aborted) return;
    for (const line of this.#waiting) this.#controller?.enqueue(this.#encoder.encode(line));
    this.#waiting = [];
    this.#controller?.close();
    this.#over.abort();
  }

  /** Bookmarks tell a silent watch how far it has come, and notice a reader that is gone. */
  async #keepAlive(): Promise<void> {
    const { clock } = this.#deps;
    const { bookmarks, timeoutMs = LONGEST_MS } = this.#options;
    const endMs = clock.now() + Math.min(timeoutMs, LONGEST_MS);
    try {
      while (clock.now() < endMs) {
        await clock.sleep(Math.min(BOOKMARK_EVERY_MS, endMs - clock.now()), this.#over.signal);
        if (bookmarks) this.#bookmark();
      }
      this.#end();
    } catch {
      // The watch is over.
    }
  }
}
