// controller: events and conditions over restarts, so that what was reported once is not reported again.

import type { Condition } from '../../api/conditions.ts';
import type { ResourceKey } from '../../api/policy.ts';
import type { EventRecord } from '../status/view.ts';
import type { DurableWrites } from './durable-writes.ts';
import { readConditions, readEvent } from './history-codec.ts';

const EVENTS = 'event';
const CONDITIONS = 'condition';
/** Keys sort as the events happened. */
const KEY_DIGITS = 12;

export class HistoryStore {
  readonly #writes: DurableWrites;
  readonly #left: Map<string, readonly Condition[]>;
  /** By event: its key. */
  readonly #kept: Map<EventRecord, string>;
  #next: number;

  constructor(writes: DurableWrites) {
    this.#writes = writes;
    this.#left = new Map(writes.load(CONDITIONS, readConditions));
    const events = [...writes.load(EVENTS, readEvent)].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#kept = new Map(events.map(([key, event]) => [event, key]));
    this.#next = (Number(events.at(-1)?.[0]) || 0) + 1;
  }

  /** Newest first. */
  events(): readonly EventRecord[] {
    return [...this.#kept.keys()].reverse();
  }

  /**
   * Follows the list of all events, newest first: new ones are kept, those that are no longer in it go. It is followed with every
   * event, of thousands at once, and what stays keeps its order: looked at are those that are new, and those below that may be gone.
   */
  follow(events: readonly EventRecord[]): void {
    if (!this.#writes.isLasting) return;
    const known = events.findIndex((event) => this.#kept.has(event));
    for (const event of events.slice(0, known < 0 ? events.length : known).reverse()) this.#keep(event);
    let gone = this.#kept.size - events.length;
    let oldest = events.length - 1;
    for (const [event, key] of this.#kept) {
      if (gone === 0) return;
      if (event === events[oldest]) oldest -= 1;
      else {
        this.#kept.delete(event);
        this.#writes.keepSoon(EVENTS, key, undefined);
        gone -= 1;
      }
    }
  }

  /** How a policy stood when the last process ended; once. */
  take(policy: ResourceKey): readonly Condition[] | undefined {
    const left = this.#left.get(policy);
    this.#left.delete(policy);
    return left;
  }

  /** Only what an event would say: a sentence with other numbers in it is not worth a write. */
  keep(policy: ResourceKey, before: readonly Condition[], after: readonly Condition[]): void {
    const moved = after.some((now) => {
      const was = before.find(({ type }) => type === now.type);
      const reworded = now.type === 'Accepted' && was?.message !== now.message;
      return was?.status !== now.status || was.reason !== now.reason || reworded;
    });
    if (moved) this.#writes.keepSoon(CONDITIONS, policy, after);
  }

  forget(policy: ResourceKey): void {
    this.#left.delete(policy);
    this.#writes.keepSoon(CONDITIONS, policy, undefined);
  }

  /** Every policy is known: what was left by others is of no use. */
  forgetOthers(isThere: (policy: ResourceKey) => boolean): void {
    for (const policy of [...this.#left.keys()]) {
      if (!isThere(policy as ResourceKey)) this.forget(policy as ResourceKey);
    }
  }

  #keep(event: EventRecord): void {
    const key = String(this.#next++).padStart(KEY_DIGITS, '0');
    this.#kept.set(event, key);
    this.#writes.keepSoon(EVENTS, key, event);
  }
}
