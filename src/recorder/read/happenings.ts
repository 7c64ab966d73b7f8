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
  const events: EventRecord[] = [];
  const decisions: DecisionRecord[] = [];
  const isIn = ({ atMs }: { readonly atMs: number }): boolean => atMs >= fromMs && atMs <= toMs;
  for await (const { entry } of reader.entries(
    'minutes',
    { fromMs, toMs },
    { ...how, happeningsOnly: true },
  )) {
    if (entry.kind === 'event' && isIn(entry.event) && event(entry.event)) keep(events, entry.event, most);
    if (entry.kind === 'decision' && isIn(entry.decision) && decision(entry.decision))
      keep(decisions, entry.decision, most);
  }
  return { events, decisions };
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
