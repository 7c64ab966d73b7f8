// metric-sources: the port. One file, one interface, one registration per source.

import type { MetricSpec } from '../api/policy.ts';
import type { ValueResolver } from '../api/values.ts';
import type { MetricReading } from '../core/observation.ts';
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
}

/** How a source registers: its key under `metric`, where it lives, its factory and its name for people. */
export interface MetricSourceType<K extends keyof MetricSpec = keyof MetricSpec> {
  readonly type: K;
  /** Its folder, which holds `index.ts`, `schema.ts` and `readme.md`. */
  readonly folder: string;
  create(config: NonNullable<MetricSpec[K]>, deps: MetricSourceDeps): MetricSource;
  /** A short label (`queue demo-queue`); a value that cannot be had is described, not thrown. */
  describe(config: NonNullable<MetricSpec[K]>, values: ValueResolver): string;
}
