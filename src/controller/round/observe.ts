// controller: observe, the first step of a round: the metrics and the scheduler, read at the same time. Unknown is never zero.

import type { MetricSpec } from '../../api/policy.ts';
import type { MetricReading, MetricSample } from '../../core/observation.ts';
import type { MetricSource } from '../../metric-sources/source.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Scheduler, SchedulerView } from '../../schedulers/scheduler.ts';
import { intervalMsOf, type MemberApp } from '../policies/members.ts';
import type { PoolRecord } from '../policies/records.ts';
import type { OperatorDeps } from '../ports.ts';

/** Per app id, one reading per target. */
export type Readings = ReadonlyMap<string, readonly MetricReading[]>;

/** What a round knows. Without a view, the scheduler could not be read, and no count may change. */
export interface World {
  readonly readings: Readings;
  readonly view?: SchedulerView;
  /** Why there is no view. */
  readonly error?: unknown;
}

/** A reading within this share of the interval after the last one is the same sample. */
const SAME_SAMPLE = 0.8;

export async function observePool(
  { pool, apps }: { readonly pool: PoolRecord; readonly apps: readonly MemberApp[] },
  {
    reader,
    scheduler,
  }: { readonly reader: MetricReader; readonly scheduler: () => Pick<Scheduler, 'observe'> },
  signal: AbortSignal,
): Promise<World> {
  const maxAgeMs = SAME_SAMPLE * intervalMsOf(pool);
  const ids = apps.map(({ spec }) => spec.id);
  const [readings, view] = await Promise.allSettled([
    reader.read(apps, maxAgeMs, signal),
    // `async` so that a scheduler that cannot be built is an answer like any other.
    (async () => scheduler().observe(ids, signal))(),
  ]);
  signal.throwIfAborted();
  if (readings.status === 'rejected') throw readings.reason;
  return view.status === 'fulfilled'
    ? { readings: readings.value, view: view.value }
    : { readings: readings.value, error: view.reason };
}

export function readingsOf(world: World, app: MemberApp): readonly MetricReading[] {
  return world.readings.get(app.spec.id) ?? [];
}

interface Gauge {
  readonly spec: MetricSpec;
  source?: MetricSource;
  last?: MetricSample;
  /** When it was read last; where it never was, when that was first tried. */
  sinceMs?: number;
  reading?: MetricReading;
}

/** The metrics of a pool, all read at once. How long a read may take is its source's. */
export class MetricReader {
  readonly #deps: Pick<OperatorDeps, 'clock' | 'metricSourceFor' | 'redact'>;
  readonly #gauges = new Map<string, Gauge>();
  /** Whose gauges these are. */
  #apps: readonly MemberApp[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Pick<OperatorDeps, 'clock' | 'metricSourceFor' | 'redact'>) {
    this.#deps = deps;
  }

  /** When the metrics were last read, by the monotonic clock; -Infinity before. */
  get readAtMs(): number {
    return this.#readAtMs;
  }

  /**
   * Readings for all targets of `apps`. Those younger than `maxAgeMs` serve again: a round that an event woke
   * needs the scheduler's news, not another sample in an uneven rhythm.
   */
  async read(apps: readonly MemberApp[], maxAgeMs: number, signal: AbortSignal): Promise<Readings> {
    if (apps !== this.#apps) await this.#follow(apps);
    const gauges = [...this.#gauges.values()];
    const fresh = this.#deps.clock.monotonic() - this.#readAtMs < maxAgeMs;
    const due = fresh ? gauges.filter(({ reading }) => reading === undefined) : gauges;
    if (!fresh) this.#readAtMs = this.#deps.clock.monotonic();
    await Promise.all(due.map((gauge) => this.#measure(gauge, signal)));
    signal.throwIfAborted();
    return new Map(apps.map((app) => [app.spec.id, this.#readingsOf(app)]));
  }

  async close(): Promise<void> {
    await this.#drop(() => true);
  }

  async #follow(apps: readonly MemberApp[]): Promise<void> {
    const wanted = new Map(apps.flatMap((app) => keysOf(app)));
    await this.#drop((key) => !wanted.has(key));
    for (const [key, spec] of wanted) if (!this.#gauges.has(key)) this.#gauges.set(key, { spec });
    this.#apps = apps;
  }

  #readingsOf(app: MemberApp): readonly MetricReading[] {
    return keysOf(app).flatMap(([key]) => this.#gauges.get(key)?.reading ?? []);
  }

  /** Never rejects: whatever goes wrong is a reading that says so. */
  async #measure(gauge: Gauge, signal: AbortSignal): Promise<void> {
    try {
      gauge.source ??= this.#deps.metricSourceFor(gauge.spec);
      const reading = await gauge.source.read(signal);
      if (reading.state === 'ok') note(gauge, reading, this.#deps.clock.monotonic());
      else this.#missed(gauge, reading.reason);
    } catch (error) {
      this.#missed(gauge, messageOf(error));
    }
  }

  #missed(gauge: Gauge, said: string): void {
    const reason = this.#deps.redact?.(said) ?? said;
    gauge.sinceMs ??= this.#deps.clock.monotonic();
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

function note(gauge: Gauge, sample: MetricSample, atMs: number): void {
  gauge.last = sample;
  gauge.sinceMs = atMs;
  gauge.reading = sample;
}

type GaugeKeys = readonly (readonly [string, MetricSpec])[];

const keys = new WeakMap<MemberApp['spec'], GaugeKeys>();

/** A gauge belongs to one target of one app: another metric there is another gauge. */
function keysOf({ spec }: MemberApp): GaugeKeys {
  const known = keys.get(spec);
  if (known !== undefined) return known;
  const { id, targets = [] } = spec;
  const made: GaugeKeys = targets.map(({ metric }, i) => [`${id} ${i} ${JSON.stringify(metric)}`, metric]);
  keys.set(spec, made);
  return made;
}
