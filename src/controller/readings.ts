// controller: the metrics of a pool, all read at once, each with a deadline. Unknown is never zero.

import type { MetricSpec } from '../api/policy.ts';
import type { MetricReading, MetricSample } from '../core/observation.ts';
import type { MetricSource } from '../metric-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { OperatorDeps } from './deps.ts';
import type { MemberApp } from './members.ts';

/** Per app id, one reading per target. */
export type Readings = ReadonlyMap<string, readonly MetricReading[]>;

interface Gauge {
  readonly spec: MetricSpec;
  source?: MetricSource;
  last?: MetricSample;
  sinceMs?: number;
  reading?: MetricReading;
}

/** Why a read was given up; told apart from a shutdown by its class. */
class MetricDeadline extends Error {}

export class MetricReader {
  readonly #deps: Pick<OperatorDeps, 'clock' | 'metricSourceFor'>;
  readonly #gauges = new Map<string, Gauge>();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Pick<OperatorDeps, 'clock' | 'metricSourceFor'>) {
    this.#deps = deps;
  }

  /** When the metrics were last read, ms since the epoch; -Infinity before. */
  get readAtMs(): number {
    return this.#readAtMs;
  }

  /**
   * Readings for all targets of `apps`. Those younger than `maxAgeMs` serve again: a round that an event woke
   * needs Marathon's news, not another sample in an uneven rhythm.
   */
  async read(
    apps: readonly MemberApp[],
    limits: { readonly maxAgeMs: number; readonly deadlineMs: number },
    signal: AbortSignal,
  ): Promise<Readings> {
    const wanted = new Map(apps.flatMap((app) => keysOf(app)));
    await this.#drop((key) => !wanted.has(key));
    for (const [key, spec] of wanted) if (!this.#gauges.has(key)) this.#gauges.set(key, { spec });
    const gauges = [...this.#gauges.values()];
    const fresh = this.#deps.clock.now() - this.#readAtMs < limits.maxAgeMs;
    const due = fresh ? gauges.filter(({ reading }) => reading === undefined) : gauges;
    if (!fresh) this.#readAtMs = this.#deps.clock.now();
    await Promise.all(due.map((gauge) => this.#measure(gauge, limits.deadlineMs, signal)));
    signal.throwIfAborted();
    return new Map(apps.map((app) => [app.spec.id, this.#readingsOf(app)]));
  }

  async close(): Promise<void> {
    await this.#drop(() => true);
  }

  #readingsOf(app: MemberApp): readonly MetricReading[] {
    return keysOf(app).flatMap(([key]) => this.#gauges.get(key)?.reading ?? []);
  }

  /** Never rejects: whatever goes wrong is a reading that says so. */
  async #measure(gauge: Gauge, deadlineMs: number, signal: AbortSignal): Promise<void> {
    try {
      gauge.source ??= this.#deps.metricSourceFor(gauge.spec);
      const { source } = gauge;
      const reading = await withDeadline((s) => source.read(s), {
        clock: this.#deps.clock,
        deadlineMs,
        signal,
      });
      if (reading.state === 'ok') note(gauge, reading);
      else this.#missed(gauge, reading.reason, reading);
    } catch (error) {
      this.#missed(gauge, messageOf(error));
    }
  }

  #missed(gauge: Gauge, reason: string, told?: { sinceMs: number; last?: MetricSample }): void {
    gauge.sinceMs ??= told?.sinceMs ?? this.#deps.clock.now();
    const last = told?.last ?? gauge.last;
    gauge.reading = { state: 'unavailable', reason, sinceMs: gauge.sinceMs, ...(last && { last }) };
  }

  async #drop(unwanted: (key: string) => boolean): Promise<void> {
    const closing: Promise<void>[] = [];
    for (const [key, gauge] of [...this.#gauges]) {
      if (!unwanted(key)) continue;
      this.#gauges.delete(key);
      if (gauge.source !== undefined) closing.push(gauge.source.close());
    }
    // A source that cannot close has nothing left that anybody waits for.
    await Promise.allSettled(closing);
  }
}

function note(gauge: Gauge, sample: MetricSample): void {
  gauge.last = sample;
  delete gauge.sinceMs;
  gauge.reading = sample;
}

/** A gauge belongs to one target of one app: another metric there is another gauge. */
function keysOf({ spec }: MemberApp): readonly (readonly [string, MetricSpec])[] {
  return (spec.targets ?? []).map(({ metric }, i) => [`${spec.id} ${i} ${JSON.stringify(metric)}`, metric]);
}

/** A reason that nobody looks at; made once, for an abort without one makes an exception with a stack. */
const DONE = new Error('the read is over');

async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { clock, deadlineMs, signal }: { clock: Clock; deadlineMs: number; signal: AbortSignal },
): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const deadline = clock.sleep(deadlineMs, done.signal).then(() => {
    const late = new MetricDeadline(`no answer within ${deadlineMs} ms`);
    over.abort(late);
    throw late;
  });
  deadline.catch(() => undefined);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal });
    if (signal.aborted) reject(signal.reason);
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, over.signal])), deadline, stopped]);
  } finally {
    done.abort(DONE);
  }
}
