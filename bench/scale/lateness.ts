// bench: quantiles of a histogram that Prometheus would scrape.

export interface Bucket {
  /** Upper bound. */
  readonly le: number;
  /** Samples up to it, since the process began. */
  readonly count: number;
}

/** The buckets of one histogram without labels in Prometheus' text format, by their bounds. */
export function bucketsOf(text: string, name: string): readonly Bucket[] {
  return text.split('\n').flatMap((line): readonly Bucket[] => {
    if (!line.startsWith(`${name}_bucket{`)) return [];
    const [, le = '', count = ''] = /le="([^"]+)"\} ([\d.e+]+)$/.exec(line) ?? [];
    return [{ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: Number(count) }];
  });
}

export interface Quantile {
  /** As `histogram_quantile` tells it: as if the samples of a bucket lay evenly in it. Infinity without samples. */
  readonly value: number;
  /** The bound of the bucket in which it lies: it is at most this; Infinity without samples. */
  readonly atMost: number;
  readonly samples: number;
}

/** Of what came between two scrapes. */
export function quantileBetween(
  before: readonly Bucket[],
  after: readonly Bucket[],
  share: number,
): Quantile {
  const known = new Map(before.map(({ le, count }) => [le, count]));
  const since = after.map(({ le, count }) => ({ le, count: count - (known.get(le) ?? 0) }));
  const samples = since.at(-1)?.count ?? 0;
  const rank = share * samples;
  const at = since.findIndex(({ count }) => samples > 0 && count >= rank);
  const within = since[at];
  if (within === undefined)
    return { value: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY, samples };
  const { le: from, count: below } = since[at - 1] ?? { le: 0, count: 0 };
  const value = from + (within.le - from) * ((rank - below) / (within.count - below));
  return { value, atMost: within.le, samples };
}
