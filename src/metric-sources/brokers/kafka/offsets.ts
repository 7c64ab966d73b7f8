// metric-sources: a reading in the offsets of a topic's partitions and those that a group has committed.

import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';

/** Where the consumers of a group begin that has committed nothing. */
export type OffsetReset = 'Earliest' | 'Latest';

export interface PartitionOffsets {
  readonly index: number;
  /** Of the oldest message that is kept. */
  readonly begin: bigint;
  /** Of the next message that will come. */
  readonly end: bigint;
  /** Of the next message that the group will be given. */
  readonly committed?: bigint | undefined;
}

export interface OffsetsContext {
  readonly topic: string;
  readonly nowMs: number;
  readonly reset?: OffsetReset | undefined;
  readonly held?: number | undefined;
}

/** @throws TransientError where nobody knows what a partition holds for the group */
export function sampleOf(partitions: readonly PartitionOffsets[], context: OffsetsContext): MetricSample {
  const { topic, nowMs, reset, held } = context;
  let [waiting, arrived, completed] = [0n, 0n, 0n];
  for (const partition of partitions) {
    const at = positionIn(partition, reset);
    if (at === undefined)
      throw new TransientError(
        `the group has committed nothing for partition ${partition.index}; say with autoOffsetReset where its consumers begin`,
      );
    waiting += partition.end - at;
    arrived += partition.end;
    completed += at;
  }
  const count = partitions.length;
  return {
    state: 'ok',
    asOfMs: nowMs,
    waiting: countFrom(waiting, 'the sum of what waits'),
    arrivedTotal: countFrom(arrived, 'the sum of the end offsets'),
    completedTotal: countFrom(completed, 'the sum of the committed offsets'),
    mostInstances: {
      count,
      reason: `topic ${topic} has ${count} ${count === 1 ? 'partition' : 'partitions'}`,
    },
    // A message is committed after it is worked off: until then nobody knows whether a consumer holds it.
    ...(held !== undefined && { unsplit: { waitingAtLeast: 0, restInFlight: true } }),
    ...defined({ heldPerInstance: held }),
  };
}

/**
 * Where the group goes on: not in what is deleted already. A commit beyond the end, which is read after it, is of a topic
 * that was made anew: the broker refuses it, and the consumers begin where they are told to.
 */
function positionIn(
  { begin, end, committed }: PartitionOffsets,
  reset: OffsetReset | undefined,
): bigint | undefined {
  if (committed !== undefined && committed <= end) return committed < begin ? begin : committed;
  if (reset === 'Latest' || begin === end) return end;
  return reset === 'Earliest' ? begin : undefined;
}

/** Whether only the group itself can tell where it goes on in some partition. */
export function isUndecided(
  partitions: readonly PartitionOffsets[],
  reset: OffsetReset | undefined,
): boolean {
  return partitions.some((partition) => positionIn(partition, reset) === undefined);
}
