// controller: writes events to the homes of the objects that they are about, also when an object is gone before its turn
// comes. A lost one is not repeated.

import type { EventWriter, ObjectRef, PolicySource, SourceEvent } from '../../policy-sources/source.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { beforeHandover, type Leadership } from '../watch/leadership.ts';

export interface EventPublisherDeps {
  readonly sources: readonly PolicySource[];
  readonly leadership: Leadership;
  readonly log: Logger;
}

/** Where an event belongs. */
export interface EventPlace {
  /** The names of the sources that have the object. */
  readonly homes: readonly string[];
  /** The pool of the object: whoever acts for it writes. */
  readonly pool: string;
  readonly ref: ObjectRef;
}

/** A home that does not answer must not cost memory. */
const MOST_WAITING = 2_000;
const DEADLINE_MS = 10_000;
/** So long the end of the process waits for events that are not written yet. */
const DRAIN_MS = 2_000;

export class EventPublisher {
  readonly #deps: EventPublisherDeps;
  readonly #stop = new AbortController();
  readonly #waiting = new Map<PolicySource, number>();
  readonly #last = new Map<PolicySource, Promise<void>>();

  constructor(deps: EventPublisherDeps) {
    this.#deps = deps;
  }

  /** One after the other for each home, in the order in which they happened. */
  publish({ homes, pool, ref }: EventPlace, event: SourceEvent): void {
    for (const source of this.#deps.sources) {
      if (!homes.includes(source.name)) continue;
      const waiting = this.#waiting.get(source) ?? 0;
      if (waiting >= MOST_WAITING || this.#stop.signal.aborted) continue;
      const write = source.eventWriter?.(ref);
      if (write === undefined) continue;
      this.#waiting.set(source, waiting + 1);
      const before = this.#last.get(source) ?? Promise.resolve();
      this.#last.set(
        source,
        before.then(() => this.#write({ source, pool, ref, write }, event)),
      );
    }
  }

  /** What a home does not take now is lost. */
  async close(): Promise<void> {
    const late = AbortSignal.timeout(DRAIN_MS);
    late.addEventListener('abort', () => this.#stop.abort(), { once: true });
    await Promise.all(this.#last.values());
    this.#stop.abort();
  }

  /** Never rejects. */
  async #write({ source, pool, ref, write }: Turn, event: SourceEvent): Promise<void> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(DEADLINE_MS)]);
      signal.throwIfAborted();
      const state = await this.#deps.leadership(signal, pool);
      if (state.acting) await beforeHandover(state, () => write(event, signal));
    } catch (error) {
      const { key } = ref;
      this.#deps.log.debug('an event was not written to its home', { key, reason: messageOf(error) });
    } finally {
      this.#waiting.set(source, (this.#waiting.get(source) ?? 1) - 1);
    }
  }
}

interface Turn {
  readonly source: PolicySource;
  readonly pool: string;
  readonly ref: ObjectRef;
  readonly write: EventWriter;
}
