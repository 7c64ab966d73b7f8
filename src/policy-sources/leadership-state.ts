// policy-sources: whether an instance of the operator acts, where others run beside it.

export interface LeadershipState {
  readonly acting: boolean;
  /** Why, for people. */
  readonly reason: string;
  /** Aborts when this instance must not act any more, where that is known at once: what it is writing is cut short. */
  readonly lost?: AbortSignal;
  /**
   * Where the pool may be handed over to another operator: announces a write, after whose end only that happens; returns
   * what is called then, or undefined when nothing may begin any more.
   */
  readonly begin?: () => (() => void) | undefined;
}
