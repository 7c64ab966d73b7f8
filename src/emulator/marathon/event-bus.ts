// emulator: what happens, told to everybody who listens.

import type { Clock } from '../../runtime/clock.ts';
import { timestamp } from './timestamp.ts';

export interface MarathonEvent {
  readonly eventType: string;
  readonly timestamp: string;
  readonly [field: string]: unknown;
}

export type Subscriber = (event: MarathonEvent) => void;

export class EventBus {
  readonly #clock: Clock;
  readonly #subscribers = new Set<Subscriber>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  publish(eventType: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#subscribers.size === 0) return;
    const event: MarathonEvent = { ...fields, eventType, timestamp: timestamp(this.#clock.now()) };
    for (const subscriber of [...this.#subscribers]) subscriber(event);
  }

  /** @returns its own undo */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }
}
