// controller: what outlives the process, kept so that a store that fails never stands in the way of a decision.

import { untilAborted } from '../../runtime/abort/until-aborted.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentChange, DocumentStore } from '../../runtime/document-store.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';

export interface DurableWritesDeps {
  /** Absent: nothing outlives the process. */
  readonly documents: DocumentStore | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the store cannot be written, with why, and with nothing when it can be again. */
  readonly onTrouble: (message: string | undefined) => void;
}

/** What may wait is written this often, everything in one batch: one wait for the disk, whatever there is. */
const FLUSH_MS = 1_000;
/** What changes all the time is written every so many flushes, a part each time: it is an estimate, and 10 s of it are learned again in 10 s. */
const PARTS = 10;
/** A store that refused is left alone so long: each try may take its time. */
const RETRY_MS = 5_000;

/**
 * Documents by collection and key. One that is the same as before is not written again. What the store refuses is
 * not lost: it is written when the store takes it, or replaced by what is newer.
 */
export class DurableWrites {
  readonly #deps: DurableWritesDeps;
  /** As the store has them, as text, by address. */
  readonly #known = new Map<string, string>();
  readonly #pending = new Map<string, DocumentChange>();
  #retryAtMs = 0;
  #trouble: string | undefined;
  /** Why the disk did not keep what the store had taken. */
  #diskTrouble: string | undefined;

  constructor(deps: DurableWritesDeps) {
    this.#deps = deps;
  }

  get isLasting(): boolean {
    return this.#deps.documents !== undefined;
  }

  /**
   * What the last process left, by key.
   *
   * @param read makes sense of a document; undefined for one that this version cannot read: it is dropped
   */
  load<T>(collection: string, read: (raw: unknown) => T | undefined): ReadonlyMap<string, T> {
    const found = new Map<string, T>();
    for (const [key, raw] of this.#deps.documents?.all(collection) ?? []) {
      const value = read(raw);
      if (value !== undefined) {
        found.set(key, value);
        this.#known.set(addressOf(collection, key), JSON.stringify(raw));
      } else {
        this.#deps.log.warn('dropped what an earlier process left: this version cannot read it', {
          collection,
          key,
        });
        this.#pending.set(addressOf(collection, key), { do: 'remove', collection, key });
      }
    }
    return found;
  }

  /**
   * A crash of the process loses nothing of it once this returns, one of the machine once it resolves, unless the store fails; what was
   * handed to the store before is not waited for again. Undefined removes.
   */
  async keep(collection: string, key: string, value: unknown): Promise<void> {
    if (!this.#note(collection, key, value)) return;
    this.flush();
    await this.#reachDisk();
  }

  /** Within a second or so. Undefined removes. */
  keepSoon(collection: string, key: string, value: unknown): void {
    this.#note(collection, key, value);
  }

  /** Writes everything that waits, and waits for no disk. Never throws. */
  flush(): void {
    const { documents, clock } = this.#deps;
    if (documents === undefined || clock.monotonic() < this.#retryAtMs) return;
    if (this.#pending.size === 0) {
      this.#say(documents.unwritable?.() ?? this.#diskTrouble);
      return;
    }
    const changes = [...this.#pending.values()];
    try {
      documents.writeSoon(changes);
    } catch (error) {
      this.#retryAtMs = clock.monotonic() + RETRY_MS;
      this.#say(messageOf(error));
      return;
    }
    this.#pending.clear();
    for (const change of changes) this.#learn(change);
    this.#say(this.#diskTrouble);
  }

  /** The last chance: also a store that has just refused is tried. Closing the store waits for the disk. */
  close(): void {
    this.#retryAtMs = 0;
    this.flush();
  }

  /** @param gather writes a part of what changes all the time: all of it at once would hold up everything else */
  async run(gather: (part: number, parts: number) => void, signal: AbortSignal): Promise<void> {
    if (!this.isLasting) return await untilAborted(signal);
    // A store that cannot be written is reported before anything waits for it.
    this.flush();
    for (let flushes = 1; ; flushes++) {
      await this.#deps.clock.sleep(FLUSH_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      gather(flushes % PARTS, PARTS);
      this.flush();
      await this.#reachDisk();
    }
  }

  async #reachDisk(): Promise<void> {
    try {
      await this.#deps.documents?.durable();
      this.#diskTrouble = undefined;
    } catch (error) {
      this.#diskTrouble = messageOf(error);
      this.#say(this.#diskTrouble);
    }
  }

  /** @returns whether there is anything to write */
  #note(collection: string, key: string, value: unknown): boolean {
    if (!this.isLasting) return false;
    const address = addressOf(collection, key);
    const text = value === undefined ? undefined : JSON.stringify(value);
    if (this.#known.get(address) === text) {
      this.#pending.delete(address);
      return false;
    }
    const change = text === undefined ? { do: 'remove' as const } : { do: 'put' as const, value };
    this.#pending.set(address, { ...change, collection, key } as DocumentChange);
    return true;
  }

  #learn(change: DocumentChange): void {
    const address = addressOf(change.collection, change.key);
    if (change.do === 'put') this.#known.set(address, JSON.stringify(change.value));
    else this.#known.delete(address);
  }

  #say(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#deps.onTrouble(trouble);
  }
}

function addressOf(collection: string, key: string): string {
  return `${collection} ${key}`;
}
