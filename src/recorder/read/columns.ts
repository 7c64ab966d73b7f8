// recorder: samples of a policy in buckets of equal length. Unknown is a gap, never a zero.

import type { AppView, MetricView, PolicyView, PoolView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import type { FrameApp, FramePolicy } from '../frame/frame.ts';

export type Column = (number | null)[];

export interface MetricColumns extends Pick<MetricView, 'type' | 'targetName' | 'label' | 'unit'> {
  /** What the law compares with the target. */
  readonly value: Column;
  /** The largest of each bucket. */
  readonly most: Column;
  /** How far off the values are; null where they are measured and not estimated. */
  readonly margin: Column;
  readonly target: Column;
  readonly inFlight: Column;
}

export interface AppColumns extends Pick<AppView, 'name' | 'id' | 'role' | 'priority'> {
  readonly requested: Column;
  readonly running: Column;
  readonly staging: Column;
  readonly killing: Column;
  readonly waiting: Column;
  readonly wanted: Column;
  readonly granted: Column;
  /** What held the count back; null: nothing did, or nothing is known. */
  readonly limitedBy: (string | null)[];
  readonly metrics: readonly MetricColumns[];
}

/** What charts need of a pool and one of its policies at a moment. */
export interface ChartSample {
  readonly wallMs: number;
  readonly intervalMs: number;
  readonly capacity: PoolView['capacity'];
  readonly policy: Pick<PolicyView, 'conditions'> & { readonly apps: readonly ChartApp[] };
  /** By `app index`: larger values since the last sample. */
  readonly peaks: Readonly<Record<string, number>>;
}

export type ChartApp = Omit<FrameApp, 'summary' | 'scene'>;

export function appsOfFrame({ apps }: FramePolicy): readonly ChartApp[] {
  return Object.values(apps);
}

const COUNTS = ['requested', 'running', 'staging', 'killing', 'waiting', 'wanted', 'granted'] as const;

export class ColumnBuilder {
  readonly #fromMs: number;
  readonly #stepMs: number;
  readonly #size: number;
  readonly #apps = new Map<string, AppColumns>();
  readonly #total: Column;
  readonly #used: Column;
  #unit = 'slots';
  #last: ChartSample | undefined;
  /** From one picture to the next nothing else is known: longer than this is a gap. */
  #holdsMs = 0;

  constructor({
    fromMs,
    stepMs,
    size,
  }: { readonly fromMs: number; readonly stepMs: number; readonly size: number }) {
    this.#fromMs = fromMs;
    this.#stepMs = stepMs;
    this.#size = size;
    this.#total = this.#empty();
    this.#used = this.#empty();
  }

  get capacity(): { readonly total: Column; readonly used: Column; readonly unit: string } {
    return { total: this.#total, used: this.#used, unit: this.#unit };
  }

  get apps(): readonly AppColumns[] {
    return [...this.#apps.values()];
  }

  /** Oldest first. @param holdsMs how long it stands for what was, unless another one comes */
  add(sample: ChartSample, holdsMs: number): void {
    this.#carry(sample.wallMs);
    this.#last = sample;
    this.#holdsMs = holdsMs;
    const at = this.#bucketOf(sample.wallMs);
    if (at >= 0 && at < this.#size) this.#put(at, sample, sample.peaks);
  }

  end(toMs: number): void {
    this.#carry(toMs + 1);
  }

  /** The last sample stands for the buckets up to the next one. */
  #carry(untilMs: number): void {
    const last = this.#last;
    if (last === undefined) return;
    const lastBucket = this.#bucketOf(Math.min(untilMs - 1, last.wallMs + this.#holdsMs));
    const first = Math.max(0, this.#bucketOf(last.wallMs) + 1);
    for (let at = first; at <= Math.min(lastBucket, this.#size - 1); at++) this.#put(at, last, NO_PEAKS);
  }

  #put(at: number, { capacity, policy }: ChartSample, peaks: ChartSample['peaks']): void {
    this.#total[at] = capacity.total;
    this.#used[at] = capacity.used;
    this.#unit = capacity.unit;
    for (const app of policy.apps) {
      const columns = this.#columnsOf(app);
      for (const count of COUNTS) columns[count][at] = app.exists ? app[count] : null;
      columns.limitedBy[at] = app.limitedBy ?? null;
      app.metrics.forEach((metric, i) => {
        const into = columns.metrics[i];
        if (into !== undefined) putMetric(into, at, { metric, peak: peaks[`${app.id} ${i}`] });
      });
    }
  }

  #columnsOf({ name, id, role, priority, metrics }: ChartApp): AppColumns {
    const known = this.#apps.get(id);
    if (known !== undefined && known.metrics.length >= metrics.length) return known;
    const made: AppColumns = {
      name,
      id,
      role,
      ...defined({ priority }),
      ...(known ?? {
        requested: this.#empty(),
        running: this.#empty(),
        staging: this.#empty(),
        killing: this.#empty(),
        waiting: this.#empty(),
        wanted: this.#empty(),
        granted: this.#empty(),
        limitedBy: new Array<null>(this.#size).fill(null),
      }),
      metrics: metrics.map((metric, i) => known?.metrics[i] ?? this.#metric(metric)),
    };
    this.#apps.set(id, made);
    return made;
  }

  #metric({ type, label, unit, targetName }: FrameApp['metrics'][number]): MetricColumns {
    return {
      ...{ type, label, unit, ...defined({ targetName }) },
      value: this.#empty(),
      most: this.#empty(),
      margin: this.#empty(),
      target: this.#empty(),
      inFlight: this.#empty(),
    };
  }

  #empty(): Column {
    return new Array<number | null>(this.#size).fill(null);
  }

  #bucketOf(wallMs: number): number {
    return Math.floor((wallMs - this.#fromMs) / this.#stepMs);
  }
}

const NO_PEAKS: ChartSample['peaks'] = {};

function putMetric(
  into: MetricColumns,
  at: number,
  { metric, peak }: { readonly metric: FrameApp['metrics'][number]; readonly peak: number | undefined },
): void {
  into.target[at] = metric.target ?? metric.perInstance?.target ?? null;
  if (metric.state !== 'ok' || metric.value === undefined) return;
  into.value[at] = metric.value;
  into.margin[at] = metric.valueMargin ?? null;
  into.inFlight[at] = metric.inFlight ?? null;
  into.most[at] = Math.max(into.most[at] ?? metric.value, peak ?? metric.value);
}
