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
  readonly areGone: (pool: string) => boolean;
}
