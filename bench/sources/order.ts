// bench: what the process that reads is told, and what it tells.

export interface ReadingOrder {
  /** Sources by turns; `undici` is the bare client. */
  readonly kinds: readonly string[];
  readonly queues: number;
  readonly seconds: number;
  /** Of the servers that answer at once. */
  readonly ports: { readonly http: number; readonly redis: number };
}

export interface ReadingCost {
  /** Time of the processors over time that passed. */
  readonly cores: number;
  readonly readsPerS: number;
  readonly failed: number;
  /** How long after its time a read began. */
  readonly latenessP99Ms: number;
  readonly latencyMedianMs: number;
  readonly latencyP99Ms: number;
  readonly rssMb: number;
}
