// controller: everything that goes back to the homes of objects: status, events, and the end of a deletion.

import type { PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Reconciler } from '../../runtime/work/controller.ts';
import type { Runnable } from '../../runtime/work/runnables.ts';
import { WorkQueue } from '../../runtime/work/workqueue.ts';
import { FinalizerRemover } from '../ownership/finalizers.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { ShownEvent } from '../status/events/event-log.ts';
import type { Status } from '../status/status.ts';
import type { Leadership } from '../watch/leadership.ts';
import { EventPublisher } from './event-publisher.ts';
import { eventFor, publicationsOf } from './publications.ts';
import { Publisher } from './publisher.ts';

export interface HomesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sources: readonly PolicySource[];
  readonly leadership: Leadership;
  readonly store: PolicyStore;
  readonly status: Pick<Status, 'shown'>;
  /** Whether a pool is this operator's to run; of others it writes nothing. */
  readonly isOurs: (pool: string) => boolean;
  /** Runs a queue of objects until aborted. */
  readonly run: (
    queue: WorkQueue<string>,
    reconciler: Reconciler<string>,
    signal: AbortSignal,
  ) => Promise<void>;
}

export interface Homes {
  /** What is shown of a pool, or of anything, may have changed. */
  shown(pool: string | undefined): void;
  /** There is a new event. */
  event(shown: ShownEvent): void;
  /** A deleted object may own nothing any more. */
  collected(): void;
  readonly runnables: readonly Runnable[];
  close(): Promise<void>;
}

export function createHomes({ store, status, run, ...deps }: HomesDeps): Homes {
  const statuses = new WorkQueue<string>(deps.clock);
  const finalizations = new WorkQueue<string>(deps.clock);
  const publisher = new Publisher({
    ...deps,
    queue: statuses,
    publications: (pool) => publicationsOf(status.shown(pool)).filter((each) => deps.isOurs(each.pool)),
  });
  const remover = new FinalizerRemover({
    ...deps,
    queue: finalizations,
    finalizable: () => store.ownership.finalizable(),
  });
  const outlet = new EventPublisher(deps);
  return {
    shown: (pool) => publisher.look(pool),
    event({ event, policy }) {
      const about = eventFor(event, (app) => policy ?? store.policyOf(app));
      if (about === undefined) return;
      const { atMs, type, reason } = event;
      const { ref, message } = about;
      const homes = store.sourcesOf(ref.kind, ref.key);
      outlet.publish({ homes, pool: store.poolOf(ref.kind, ref.key), ref }, { atMs, type, reason, message });
    },
    collected: () => remover.look(),
    runnables: [
      { name: 'status', run: (signal) => run(statuses, publisher, signal) },
      { name: 'finalizers', run: (signal) => run(finalizations, remover, signal) },
    ],
    close: () => outlet.close(),
  };
}
