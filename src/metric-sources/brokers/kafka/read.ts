// metric-sources: one read of a group: partitions and their leaders, what is committed, where the partitions begin and end.

import { TransientError } from '../../../runtime/errors.ts';
import type { KafkaCluster } from './cluster.ts';
import { KafkaRefusal } from './failure.ts';
import { isUndecided, type OffsetReset, type PartitionOffsets } from './offsets.ts';
import {
  BEGIN,
  type BrokerPlace,
  committedBy,
  coordinatorOf,
  END,
  type KafkaRequest,
  offsetsAt,
  type Partition,
  partitionsOf,
  stateOf,
} from './requests.ts';

export interface GroupOfTopic {
  readonly topic: string;
  readonly group: string;
  readonly autoOffsetReset?: OffsetReset | undefined;
}

export async function readOffsets(
  cluster: KafkaCluster,
  { topic, group, autoOffsetReset }: GroupOfTopic,
): Promise<readonly PartitionOffsets[]> {
  const partitions = await (await cluster.any()).ask(partitionsOf(topic));
  if (partitions.length === 0) throw new TransientError('the topic has no partitions');
  const indexes = partitions.map(({ index }) => index);
  // Before the ends: what is committed meanwhile would be less than nothing.
  const committed = await askCoordinator(cluster, group, committedBy(group, topic, indexes));
  const [begins, ends] = await Promise.all(
    [BEGIN, END].map((which) => offsetsOf(cluster, { which, topic, partitions })),
  );
  const offsets = indexes.map((index) => {
    const [begin, end] = [begins?.get(index), ends?.get(index)];
    if (begin === undefined || end === undefined)
      throw new TransientError(`nobody told the offsets of partition ${index}`);
    return { index, begin, end, committed: committed.get(index) };
  });
  if (committed.size === 0 && isUndecided(offsets, autoOffsetReset)) await checkExists(cluster, group);
  return offsets;
}

const NOT_COORDINATOR = 16;

async function askCoordinator<T>(cluster: KafkaCluster, group: string, request: KafkaRequest<T>): Promise<T> {
  const known = cluster.coordinator;
  try {
    cluster.coordinator ??= await (await cluster.any()).ask(coordinatorOf(group));
    return await (await cluster.at(cluster.coordinator)).ask(request);
  } catch (error) {
    cluster.coordinator = undefined;
    if (known === undefined || !(error instanceof KafkaRefusal) || error.code !== NOT_COORDINATOR)
      throw error;
    return askCoordinator(cluster, group, request);
  }
}

async function offsetsOf(
  cluster: KafkaCluster,
  asked: { readonly which: bigint; readonly topic: string; readonly partitions: readonly Partition[] },
): Promise<ReadonlyMap<number, bigint>> {
  const byLeader = new Map<string, { readonly leader: BrokerPlace; readonly indexes: number[] }>();
  for (const { index, leader } of asked.partitions) {
    const key = `${leader.host}:${leader.port}`;
    const led = byLeader.get(key) ?? { leader, indexes: [] };
    led.indexes.push(index);
    byLeader.set(key, led);
  }
  const answers = await Promise.all(
    [...byLeader.values()].map(async ({ leader, indexes }) =>
      (await cluster.at(leader)).ask(offsetsAt(asked.which, asked.topic, indexes)),
    ),
  );
  return new Map(answers.flatMap((answer) => [...answer]));
}

/** A group that nobody knows and one that has not committed yet look alike, but for their state. */
async function checkExists(cluster: KafkaCluster, group: string): Promise<void> {
  if ((await askCoordinator(cluster, group, stateOf(group))) !== 'Dead') return;
  throw new TransientError(
    'there is no such group; check group, or say with autoOffsetReset where its consumers begin once there are any',
  );
}
