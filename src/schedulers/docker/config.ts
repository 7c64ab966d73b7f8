// schedulers/docker: what its adapter needs of the process.

import type { ValueResolver } from '../../api/values.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import type { IsActing, SchedulerCall } from '../scheduler.ts';

export interface DockerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly values: ValueResolver;
  /** Where what was asked for is kept; absent: the labels of containers say it. */
  readonly documents?: DocumentStore;
  /** Whether this process is the one of several that acts; default: it is. */
  readonly isActing?: IsActing;
  readonly random?: () => number;
  readonly onCall?: (call: SchedulerCall) => void;
}
