// policy-sources: whose the pools are, where several operators share the policies of one cluster.

/** Who has a pool. */
export interface PoolOwner {
  /** For people, and the same for every instance of that operator. */
  readonly operator: string;
  /** The instance that acts. */
  readonly holder: string;
}

/** What is known of whose the pools are to run. */
export interface PoolsToRun {
  /** This operator's. */
  readonly ours: ReadonlySet<string>;
  /** Whether a pool that is not ours is known to be somebody else's, or gone: what cannot be read now stays whose it is. */
  readonly areOthers: (pool: string) => boolean;
  /** Whether nothing is left of a pool for certain. */
  readonly isGone: (pool: string) => boolean;
}

/** What the laws of a pool have learned: given to whoever takes it next when it is handed over. */
export interface PoolLearning {
  /** As text; undefined: nothing that is worth it. */
  of(pool: string): string | undefined;
  /** It is checked as everything that somebody else wrote. */
  taken(pool: string, learned: string): void;
}

/** The interventions of a pool, as its Lease says them. */
export interface CarriedInterventions {
  /** Absent: there are none. */
  readonly text?: string;
  /** Grows with every change: the one with less is never believed over the one with more. 0: whoever wrote it does not count. */
  readonly generation: number;
}

/** Interventions on the policies of a pool, where each operator keeps them for itself: they go along with the pool. */
export interface PoolInterventions {
  /** What its Lease is to say; undefined: nothing. */
  of(pool: string): CarriedInterventions | undefined;
  /** Its Lease says so now. */
  written(pool: string, carried: CarriedInterventions | undefined): void;
  /**
   * The pool was taken.
   *
   * @param carried what its Lease said
   * @param others it was another operator's
   */
  taken(pool: string, carried: CarriedInterventions | undefined, others: boolean): void;
  /** Another operator has taken it, and goes on with what was in its Lease. */
  left(pool: string, operator: string): void;
  /** Another operator has taken it, and nothing went along: what is known here of the pool is over. */
  lost(pool: string, operator: string): void;
}
