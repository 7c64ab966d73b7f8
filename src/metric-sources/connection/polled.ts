// metric-sources: what every source that asks a server has in common: one connection kept, made anew when address or credentials
// have changed, and a failed read that is a sentence instead of a number.

import type { MetricReading, MetricSample } from '../../core/observation.ts';
import { TransientError } from '../../runtime/errors.ts';
import type { MetricSource, MetricSourceDeps } from '../source.ts';

/** An open way to one server. */
export interface MetricReader {
  /**
   * One measurement. Throws TransientError with a sentence for people, TerminalError for a configuration that cannot
   * work, and `signal.reason` when aborted.
   */
  read(signal: AbortSignal): Promise<MetricSample>;
  /** Never throws. */
  close(): Promise<void> | void;
}

export interface PolledSourceParts<Target extends object> {
  /** Where to and as whom, resolved anew for every read, so that a rotated credential is used at once. Throws TerminalError. */
  resolve(): Target;
  /** Opens nothing yet: the first read does, and loads the client library. */
  open(target: Target): MetricReader;
}

export function polledSource<Target extends object>(
  { clock }: Pick<MetricSourceDeps, 'clock'>,
  { resolve, open }: PolledSourceParts<Target>,
): MetricSource {
  let current: { readonly identity: string; readonly reader: MetricReader } | undefined;
  let closed = false;

  const readerFor = (target: Target): MetricReader => {
    const identity = JSON.stringify(target);
    if (current?.identity !== identity) {
      void current?.reader.close();
      current = { identity, reader: open(target) };
    }
    return current.reader;
  };
  const unavailable = (reason: string): MetricReading => ({
    state: 'unavailable',
    reason,
    sinceMs: clock.monotonic(),
  });

  return {
    async read(signal) {
      signal.throwIfAborted();
      if (closed) return unavailable('the source is closed');
      const target = resolve();
      try {
        return await readerFor(target).read(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof TransientError) return unavailable(error.message);
        throw error;
      }
    },
    async close() {
      closed = true;
      const last = current;
      current = undefined;
      await last?.reader.close();
    },
  };
}
