// server: a watch: one JSON line for every change, in the order of versions, until somebody has enough.

import { defined } from '../../../lang/defined.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { GrantEnded } from '../../open-streams.ts';
import { type ApiFailure, expired } from '../http/failure.ts';
import type { ListOptions } from '../http/list-options.ts';
import type { Representation } from '../http/representation.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/kinds.ts';
import type { KubeObject } from '../kinds/object.ts';
import { withMeta } from '../kinds/object.ts';
import type { Change, WatchCache } from './watch-cache.ts';
import { watchLine } from './watch-line.ts';

export interface WatchDeps {
  readonly cache: WatchCache;
  /** The newest version of all kinds. */
  readonly version: () => number;
  readonly clock: Clock;
  readonly kind: ResourceKind;
  readonly representation: Representation;
  /** Whether the object lies in the namespace that was asked for, and is selected. */
  readonly matches: (object: KubeObject) => boolean;
  /** Ends the watch, with what has happened before; at once when the reader may read no more (`GrantEnded`). */
  readonly signal: AbortSignal;
  readonly onEnd: () => void;
}

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

/**
 * What its reader has not read yet waits in the history of the cache, once for all watches: of its own, a watch has but
 * the line that is being sent. Who is so slow that the history goes on without them is cut off, and lists again.
 */
class Watch {
  readonly #options: ListOptions;
  readonly #deps: WatchDeps;
  readonly #over = new AbortController();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** What it begins with. */
  readonly #beginning: Iterator<Uint8Array>;
  /** Versions up to this one were sent, or are of the beginning. */
  #sent: number;
  /** All there is was sent: only the next change is news. */
  #isCurrent = false;
  #isEnding = false;

  constructor(options: ListOptions, deps: WatchDeps) {
    this.#options = options;
    this.#deps = deps;
    const { resourceVersion: from = 0, sendInitialEvents } = options;
    const beginsWithAll = from === 0 || sendInitialEvents;
    this.#sent = beginsWithAll ? deps.version() : from;
    this.#beginning = beginsWithAll ? this.#all(deps.cache.list()) : [].values();
  }

  body(): ReadableStream<Uint8Array> {
    const { cache, signal } = this.#deps;
    const unsubscribe = cache.subscribe((change) => this.#hear(change));
    const end = (): void => {
      if (signal.reason instanceof GrantEnded) this.#close();
      else this.#end();
    };
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
          if (signal.aborted) end();
        },
        pull: () => this.#send(),
        cancel: () => this.#over.abort(),
      },
      { highWaterMark: 1 },
    );
  }

  #begin(): void {
    const { cache, version } = this.#deps;
    if (this.#sent > version() || !cache.remembers(this.#sent))
      this.#fail(expired(`too old resource version: ${this.#sent} (${version()})`));
    else this.#send();
  }

  /** Objects that are there already are new to this watch. */
  *#all(objects: readonly KubeObject[]): Generator<Uint8Array> {
    const upTo = this.#sent;
    for (const object of objects) if (this.#deps.matches(object)) yield this.#line('ADDED', object);
    if (this.#options.sendInitialEvents) yield this.#bookmark(upTo, { 'k8s.io/initial-events-end': 'true' });
  }

  #hear({ version }: Change): void {
    if (this.#isCurrent) this.#sent = version - 1;
    this.#isCurrent = false;
    if (this.#deps.cache.remembers(this.#sent)) this.#send();
    else this.#fail(expired('the watch was read too slowly; list again'));
  }

  /** As much as its reader takes now. */
  #send(): void {
    while (this.#hasRoom()) {
      const line = this.#next();
      if (line !== undefined) this.#controller?.enqueue(line);
      else if (this.#isEnding) this.#close();
      else return;
    }
  }

  #hasRoom(): boolean {
    return !this.#over.signal.aborted && (this.#controller?.desiredSize ?? 0) > 0;
  }

  #next(): Uint8Array | undefined {
    const first = this.#beginning.next();
    if (first.done !== true) return first.value;
    const { cache } = this.#deps;
    for (let change = cache.after(this.#sent); change !== undefined; change = cache.after(this.#sent)) {
      this.#sent = change.version;
      const line = this.#news(change);
      if (line !== undefined) return line;
    }
    this.#isCurrent = true;
    return undefined;
  }

  /** An object that enters or leaves the selection is added or deleted, as far as this watch is concerned. */
  #news({ type, object, previous, version }: Change): Uint8Array | undefined {
    const { matches } = this.#deps;
    const was = previous !== undefined && matches(previous);
    if (type !== 'DELETED' && matches(object)) return this.#line(was ? 'MODIFIED' : 'ADDED', object);
    if (!was) return undefined;
    const last = type === 'DELETED' ? object : withMeta(previous, { resourceVersion: String(version) });
    return this.#line('DELETED', last);
  }

  #line(type: Change['type'], object: KubeObject): Uint8Array {
    return watchLine(type, this.#deps.representation.item(object));
  }

  #bookmark(upTo: number, annotations?: Readonly<Record<string, string>>): Uint8Array {
    const { kind } = this.#deps;
    const metadata = {
      resourceVersion: String(upTo),
      creationTimestamp: null,
      ...defined({ annotations }),
    };
    return watchLine('BOOKMARK', { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata });
  }

  /** In the place of everything that was not read yet. */
  #fail(failure: ApiFailure): void {
    if (this.#over.signal.aborted) return;
    this.#controller?.enqueue(watchLine('ERROR', failure.status()));
    this.#close();
  }

  /** With what has happened before: a client sees a watch that ended, not one that broke. */
  #end(): void {
    this.#isEnding = true;
    this.#send();
  }

  #close(): void {
    if (this.#over.signal.aborted) return;
    this.#controller?.close();
    this.#over.abort();
  }

  /** Bookmarks show a silent watch how far it has come. */
  async #keepAlive(): Promise<void> {
    const { clock } = this.#deps;
    const { bookmarks, timeoutMs = LONGEST_MS } = this.#options;
    const endMs = clock.monotonic() + Math.min(timeoutMs, LONGEST_MS);
    try {
      while (clock.monotonic() < endMs) {
        await clock.sleep(Math.min(BOOKMARK_EVERY_MS, endMs - clock.monotonic()), this.#over.signal);
        // Who has not read all there is takes no bookmark: it would promise more than was sent.
        if (bookmarks && this.#isCurrent && this.#hasRoom())
          this.#controller?.enqueue(this.#bookmark(this.#deps.version()));
      }
      this.#end();
    } catch {
      // The watch is over.
    }
  }
}
