// test support: updates whose tasks never start, as of a definition that cannot run.

import type { MemoryScheduler } from '../../../src/schedulers/memory/index.ts';

/**
 * From now on every update holds its app until the next one takes its place.
 *
 * @param after lets time pass
 * @returns for each update so far the operation in whose place it came
 */
export function updatesThatNeverEnd(
  marathon: MemoryScheduler,
  after: (ms: number) => Promise<void>,
): readonly (string | undefined)[] {
  const superseded: (string | undefined)[] = [];
  let end = (): void => undefined;
  marathon.interfere({
    apply: async (change, next) => {
      if (change.kind !== 'update') return await next();
      superseded.push(change.supersedes);
      end();
      const result = await next();
      await after(5_000);
      end = marathon.others.lock(change.app, 'Restart');
      const [operation] = marathon.snapshot().get(change.app)?.operations ?? [];
      return { ...result, outcome: 'accepted', operation: operation?.id ?? '' };
    },
  });
  return superseded;
}
