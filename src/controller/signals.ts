// controller: what parts of the operator report to each other without knowing each other.

import type { ResourceKey } from '../api/policy.ts';
import type { StoreChange } from './policies/policy-store.ts';
import type { ShownEvent } from './status/events/event-log.ts';
import type { NewEvent } from './status/events/event-rules.ts';

export interface OperatorSignals {
  /** Something happened in the cluster of a pool. */
  readonly woken: string;
  /** Something happened that people should see as an event. */
  readonly happened: NewEvent;
  /** There is a new event. */
  readonly eventShown: ShownEvent;
  /** What is shown of a pool may have changed; without one, of anything. */
  readonly poolShown: string | undefined;
  /** A pause or an override of a policy began or ended. */
  readonly intervened: ResourceKey;
  /** The store cannot be written, with why; or it can be again. */
  readonly storeTrouble: string | undefined;
  /** The policies in the store changed. */
  readonly policiesChanged: StoreChange;
  /** All sources were listed in full: what is not in the store does not exist. */
  readonly policiesComplete: undefined;
  /** An app was released, deleted or is gone: its policy may own nothing any more. */
  readonly collected: undefined;
}
