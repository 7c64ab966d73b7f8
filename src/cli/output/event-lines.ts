// cli: events as rows, oldest first: the newest is where the eye is.

import type { EventObject } from '../client/policy-object.ts';
import { timeText } from './policy-table.ts';
import { age, table } from './table.ts';

export const EVENT_HEADS = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];

export function eventTable(events: readonly EventObject[], nowMs: number): string {
  return table(
    EVENT_HEADS,
    events.toSorted(byTime).map((event) => eventCells(event, age(at(event), nowMs))),
  );
}

/** @param when how its time is written */
export function eventCells(event: EventObject, when: string): readonly string[] {
  return [when, event.type, event.reason, objectText(event), event.message];
}

export interface EventsOf {
  readonly namespace: string | undefined;
  /** Of a policy; absent: of all. */
  readonly name: string | undefined;
  /** Where the record was read without an operator. */
  readonly data: string | undefined;
}

/** Counts that a law changes are no events: whoever asks what happened is told where those are. */
export function noEventsText(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  { namespace, name, data }: EventsOf,
): string {
  const [from, to] = [fromMs, toMs].map((ms) => timeText(new Date(ms).toISOString()));
  const policy =
    (namespace === undefined || namespace === 'default' ? '' : `${namespace}/`) + (name ?? 'NAME');
  const where = data === undefined ? '' : ` --data ${data}`;
  const why = `microscaling explain ${policy} --at ${new Date(toMs).toISOString()}${where}`;
  return `no events from ${from} to ${to}; why counts were as they were: ${why}`;
}

/** Times are whole seconds; within one, the order in which the operator wrote them. */
export function byTime(a: EventObject, b: EventObject): number {
  return at(a) - at(b) || version(a) - version(b);
}

function version({ metadata }: EventObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

function at({ lastTimestamp }: EventObject): number {
  return Date.parse(lastTimestamp);
}

function objectText({ involvedObject: { kind, namespace, name } }: EventObject): string {
  if (kind === 'App') return name;
  return namespace === undefined || namespace === 'default' ? name : `${namespace}/${name}`;
}
