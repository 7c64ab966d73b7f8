// simulator: what a simulated cluster and its work are like where nobody says otherwise.

export interface Settings {
  /** From asking for an instance until it runs. */
  readonly startMs: number;
  /** From running to serving. */
  readonly warmUpMs: number;
  readonly stopMs: number;
  /** μ, messages/s per instance. */
  readonly serviceRate: number;
  /** Standard deviation of the work of one message, as a share of its mean: 0 clockwork, 1 exponential. */
  readonly serviceSpread: number;
  /** Messages/s that all instances of an app together can work off, as where a database is the limit; absent: none. */
  readonly mostPerS?: number;
  readonly metricAgeMs: number;
  /** Largest error of a count, as a share of it. */
  readonly metricError: number;
  /** What time it is when the simulation begins, ms since the epoch: schedules follow it. Any day by default. */
  readonly fromMs?: number;
}

export const DEFAULT_SETTINGS: Settings = {
  startMs: 2_000,
  warmUpMs: 0,
  stopMs: 500,
  serviceRate: 5,
  serviceSpread: 0.7,
  metricAgeMs: 0,
  metricError: 0,
};
