// controller: the events, newest first: in the view, in the log, over restarts, and to whoever publishes them.

import type { ResourceKey } from '../../../api/policy.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { EventRing } from '../../../runtime/events.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { HistoryStore } from '../../persistence/history-store.ts';
import type { RoundRecorder } from '../round-recorder.ts';
import type { EventRecord } from '../view.ts';
import type { NewEvent } from './event-rules.ts';

export interface ShownEvent {
  readonly event: EventRecord;
  /** Known where the event is about an app that no policy names any more. */
  readonly policy: ResourceKey | undefined;
}

export interface EventLogDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly history: HistoryStore;
  /** How many are kept. */
  readonly capacity: number;
  /** Called with every new event. */
  readonly onEvent: (shown: ShownEvent) => void;
  readonly recorder?: Pick<RoundRecorder, 'event'>;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
}

export class EventLog {
  readonly #deps: EventLogDeps;
  readonly #ring: EventRing<EventRecord>;

  constructor(deps: EventLogDeps) {
    this.#deps = deps;
    this.#ring = new EventRing({ clock: deps.clock, capacity: deps.capacity });
    this.#ring.restore(deps.history.events());
  }

  /** Repeats of the same event are dropped. */
  add(event: NewEvent, policy?: ResourceKey): void {
    const { clock, log, history, onEvent, recorder, redact } = this.#deps;
    const shown = { ...event, message: redact(event.message) };
    if (!this.#ring.record(shown)) return;
    const record = { ...shown, atMs: clock.now() };
    onEvent({ event: record, policy });
    recorder?.event(record);
    history.follow(this.#ring.list());
    const fields = { reason: shown.reason, object: shown.object, detail: shown.message };
    if (shown.type === 'Normal') log.info('event', fields);
    else log.warn('event', fields);
  }

  addAll(events: Iterable<NewEvent>, policy?: ResourceKey): void {
    for (const event of events) this.add(event, policy);
  }

  /** Newest first. */
  list(): readonly EventRecord[] {
    return this.#ring.list();
  }
}
