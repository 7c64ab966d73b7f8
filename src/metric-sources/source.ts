// metric-sources: the port. A source is one folder and one registration.

import type { MetricBlock } from '../api/schema/metric-block.ts';
import type { ValueResolver } from '../api/values.ts';
import type { MetricReading, MetricSample } from '../core/observation.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';

export interface MetricSource {
  /**
   * Makes one measurement. Anything that cannot be known is `unavailable` with a reason; throws only
   * `TerminalError` for a configuration that cannot work, and `signal.reason` when aborted.
   */
  read(signal: AbortSignal): Promise<MetricReading>;
  /** Idempotent. */
  close(): Promise<void>;
}

export type { ValueResolver } from '../api/values.ts';

export interface MetricSourceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly values: ValueResolver;
  /** Counts what a read costs: called once for every request to the server. */
  readonly onCall?: (() => void) | undefined;
}

/** A variable that a source reads although its block does not name it. */
export interface ImpliedReference {
  /** The field that would name another one. */
  readonly field: string;
  readonly variable: string;
  readonly use: 'plain' | 'secret';
}

/** A queue of which everything is known, such as a simulated one. */
export interface KnownQueue {
  readonly asOfMs: number;
  /** All messages, those in flight included. */
  readonly total: number;
  readonly waiting: number;
  /** Age of the oldest waiting message, ms; absent when none waits. */
  readonly oldestAgeMs?: number;
  /** When those next in line came, ms since the epoch, oldest first; absent when none waits. */
  readonly arrivals?: readonly number[];
  /** Cumulative. */
  readonly arrived: number;
  /** Of these, those that no longer wait. */
  readonly taken: number;
}

/**
 * How a source registers: its block of the resource, where it lives, its factory and its name for people. Schema, CRD,
 * reference page, validation and trust follow from it.
 */
export interface MetricSourceType<Config extends object = object> extends MetricBlock {
  /** Its folder and the family's (`brokers/kafka`), which holds `index.ts`, `schema.ts` and `readme.md`. */
  readonly folder: string;
  /** Loads no client library yet: the first read does. */
  create(config: Config, deps: MetricSourceDeps): MetricSource;
  /** A short label (`queue demo-queue`); a value that cannot be had is described, not thrown. */
  describe(config: Config, values: ValueResolver): string;
  /** Absent: the block names all that is read. */
  references?(config: Config): readonly ImpliedReference[];
  /** Messages that a busy consumer holds at a time, where the block says so. */
  heldPerInstance?(config: Config): number;
  /** What a read of this queue would say, for simulations, where the read before it found it as `before`. Absent: it tells what waits and what is in flight. */
  seen?(config: Config, queue: KnownQueue, before?: KnownQueue): MetricSample;
}
