// policy-sources: the port between the operator and where interventions are kept: its own store, or a Kubernetes cluster.

import type { InterventionSpec } from '../api/policy.ts';
import type { InterventionStatus } from '../api/status.ts';

/** Where an intervention is, or is to be. */
export interface InterventionRef {
  readonly namespace: string;
  readonly name: string;
}

/** One intervention as its home has it. */
export interface KeptIntervention extends InterventionRef {
  readonly uid: string;
  /** Counts the versions of `spec`. */
  readonly generation: number;
  readonly createdAtMs: number;
  /** Absent where what is there cannot be one; `problem` says why. */
  readonly spec?: InterventionSpec;
  readonly problem?: string;
  readonly status?: InterventionStatus;
}

export interface InterventionHome {
  /** For people: `api`, `kubernetes prod`. */
  readonly name: string;
  /** Every operator that knows the policies sees them. */
  readonly isShared?: boolean;
  /** Whether the interventions on policies of this source are kept here. */
  isHomeOf(source: string): boolean;
  all(): readonly KeptIntervention[];
  /** Calls back whenever `all` may differ; returns its own undo. */
  subscribe(onChange: () => void): () => void;
  /**
   * Creates it, or puts `spec` in the place of its own. It is in `all`, and durable, when this resolves.
   *
   * @throws TransientError when it cannot be kept; then nothing has changed
   */
  put(ref: InterventionRef, spec: InterventionSpec): Promise<void>;
  /** Does nothing when this very one is not there any more; throws as `put`. */
  remove(kept: KeptIntervention): Promise<void>;
  /** As `remove`, for one that is over long since: of several instances one alone does it; the others throw TransientError. */
  sweep(kept: KeptIntervention): Promise<void>;
  /** Why one that is not there any more was taken away, for people, where the home knows better than that somebody did it. */
  whyGone?(kept: KeptIntervention): string | undefined;
  /** Throws TransientError: it is called again with the newest status. */
  writeStatus(kept: KeptIntervention, status: InterventionStatus): Promise<void>;
}
