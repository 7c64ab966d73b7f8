// recorder: events and decisions of a span, oldest first.

import type { DecisionRecord, EventRecord } from '../../controller/status/view.ts';
import type { Reading, RecordReader, Span } from './record-reader.ts';

export interface Happenings {
  readonly events: readonly EventRecord[];
  readonly decisions: readonly DecisionRecord[];
}

export interface HappeningsQuestion extends Span {
  readonly event?: (event: EventRecord) => boolean;
  readonly decision?: (decision: DecisionRecord) => boolean;
  /** Of each the newest so many. */
  readonly most: number;
}

export async function happeningsIn(
  reader: RecordReader,
  { fromMs, toMs, event = () => true, decision = () => true, most }: HappeningsQuestion,
  how: Reading,
): Promise<Happenings> {
  const events = new Newest<EventRecord>(most);
  const decisions = new Newest<DecisionRecord>(most);
  const isIn = ({ atMs }: { readonly atMs: number }): boolean => atMs >= fromMs && atMs <= toMs;
  for await (const { entry } of reader.entries(
    'minutes',
    { fromMs, toMs },
    { ...how, happeningsOnly: true },
  )) {
    if (entry.kind === 'event' && isIn(entry.event) && event(entry.event)) events.add(entry.event);
    if (entry.kind === 'decision' && isIn(entry.decision) && decision(entry.decision))
      decisions.add(entry.decision);
  }
  return { events: events.list, decisions: decisions.list };
}

/** Of what comes pool by pool the newest so many. */
class Newest<T extends { readonly atMs: number }> {
  readonly #most: number;
  #list: T[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(item: T): void {
    this.#list.push(item);
    if (this.#list.length > 2 * this.#most) this.#list = this.list;
  }

  /** Oldest first. */
  get list(): T[] {
    return this.#list.toSorted((a, b) => a.atMs - b.atMs).slice(-this.#most);
  }
}
