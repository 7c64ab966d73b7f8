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
    const deadline = startDeadline(this.#deps.clock, limits.deadlineMs, signal);
    await Promise.all(due.map((gauge) => this.#measure(gauge, deadline)));
    deadline.stop();
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
  async #measure(gauge: Gauge, deadline: Deadline): Promise<void> {
    try {
      gauge.source ??= this.#deps.metricSourceFor(gauge.spec);
      const reading = await Promise.race([gauge.source.read(deadline.signal), deadline.over]);
      if (reading.state === 'ok') note(gauge, reading);
      else this.#missed(gauge, reading.reason);
    } catch (error) {
      this.#missed(gauge, messageOf(error));
    }
  }

  #missed(gauge: Gauge, reason: string): void {
    gauge.sinceMs ??= this.#deps.clock.now();
    const { sinceMs, last } = gauge;
    gauge.reading = { state: 'unavailable', reason, sinceMs, ...(last && { last }) };
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

/** One for all reads of a round. */
interface Deadline {
  /** Aborted when the time is up, or when the process ends. */
  readonly signal: AbortSignal;
  /** Rejects at the same moment, for a source that does not look at its signal. */
  readonly over: Promise<never>;
  stop(): void;
}

/** A reason that nobody looks at; made once, for an abort without one makes an exception with a stack. */
const DONE = new Error('the read is over');

function startDeadline(clock: Clock, deadlineMs: number, signal: AbortSignal): Deadline {
  const timer = new AbortController();
  const late = new AbortController();
  clock.sleep(deadlineMs, timer.signal).then(
    () =>
      late.abort(
        new MetricDeadline(`no answer within ${deadlineMs} ms; is the other side overloaded or unreachable?`),
      ),
    () => undefined,
  );
  const either = AbortSignal.any([signal, late.signal]);
  const over = new Promise<never>((_, reject) => {
    if (either.aborted) reject(either.reason);
    else either.addEventListener('abort', () => reject(either.reason), { once: true, signal: timer.signal });
  });
  // Nobody may be waiting for it when it comes.
  over.catch(() => undefined);
  return { signal: either, over, stop: () => timer.abort(DONE) };
}
