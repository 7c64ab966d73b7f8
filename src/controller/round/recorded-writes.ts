// controller: adoptions and updates are on record with the write that they belong to, not at the end of the round.

import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { PoolMemory } from './pool-memory.ts';

/**
 * The same scheduler, whose deeds survive a process that ends in the middle of a round. An adoption is on record
 * before it is made. An update is known by its deployment, so it is on record as soon as the scheduler has answered: of
 * one whose answer never came nothing is known, and it is waited for like anybody's.
 *
 * @param keep makes what the memory says durable
 */
export function recorded(
  scheduler: Pick<Scheduler, 'apply'>,
  { memory, keep }: { readonly memory: PoolMemory; readonly keep: () => Promise<void> },
): Pick<Scheduler, 'apply'> {
  let keeping: Promise<void> | undefined;
  // A pool adopts its apps at once: they are put on record by one write to the disk.
  const keepTogether = (): Promise<void> => {
    keeping ??= Promise.resolve().then(() => {
      keeping = undefined;
      return keep();
    });
    return keeping;
  };
  return {
    apply: async (change, signal) => {
      if (change.kind === 'adopt') {
        memory.adopted.add(change.app);
        await keepTogether();
      }
      try {
        const result = await scheduler.apply(change, signal);
        if (change.kind === 'update' && result.outcome === 'accepted') {
          memory.updates.set(change.app, result.operation);
          await keep();
        }
        return result;
      } catch (error) {
        if (change.kind === 'adopt') memory.adopted.delete(change.app);
        throw error;
      }
    },
  };
}
