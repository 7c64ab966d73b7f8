// metric-sources: what RabbitMQ's management API says of a queue.

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';

export interface QueueStatistics {
  readonly waiting: number;
  readonly inFlight: number;
  readonly arrivedTotal?: number;
  readonly completedTotal?: number;
  /** What the consumers of one connection may hold together; absent where connections differ or one has no bound. */
  readonly prefetch?: number;
  /** Changes when the queue has told its numbers anew, if they or the work of the queue's process have changed. */
  readonly fingerprint: string;
}

/** A queue in such a state has told its numbers before. */
const NOT_SERVING: Readonly<Record<string, string>> = {
  down: 'the node that holds it is down',
  stopped: 'it is stopped',
  crashed: 'it has crashed',
  terminated: 'it is stopped',
  minority: 'too few of its nodes are up',
};

/** @throws TransientError with what is wrong, as the end of a sentence */
export function statisticsOf(answer: unknown): QueueStatistics {
  if (!isObject(answer)) throw new TransientError('the answer describes no queue; check the address');
  const { type, state, message_stats: stats, consumer_details: consumers } = answer;
  if (type === 'stream')
    throw new TransientError(
      'it is a stream, whose messages stay when they have been read, so that nothing waits in it; name a classic or quorum queue',
    );
  const trouble =
    typeof state === 'string' && Object.hasOwn(NOT_SERVING, state) ? NOT_SERVING[state] : undefined;
  if (trouble !== undefined) throw new TransientError(`${trouble}, so its numbers are old`);
  const { messages_ready: ready, messages_unacknowledged: unacknowledged, reductions } = answer;
  if (ready === undefined && unacknowledged === undefined)
    throw new TransientError(
      'the server has no statistics of it: a new queue has them after some seconds; if it stays so, look whether management_agent.disable_metrics_collector is set',
    );
  const waiting = countFrom(ready, 'messages_ready');
  const inFlight = countFrom(unacknowledged, 'messages_unacknowledged');
  return {
    waiting,
    inFlight,
    ...(isObject(stats) && countersOf(stats)),
    ...defined({ prefetch: Array.isArray(consumers) ? prefetchOf(consumers) : undefined }),
    fingerprint: JSON.stringify([waiting, inFlight, reductions]),
  };
}

/** A counter that the server does not name has not counted yet. */
function countersOf(stats: JsonObject): Pick<QueueStatistics, 'arrivedTotal' | 'completedTotal'> {
  const counted = (name: string): number =>
    stats[name] === undefined ? 0 : countFrom(stats[name], `message_stats.${name}`);
  return {
    arrivedTotal: counted('publish'),
    completedTotal: counted('ack') + counted('deliver_no_ack') + counted('get_no_ack'),
  };
}

/** An instance commonly has one connection, whatever it has on it. */
function prefetchOf(consumers: readonly unknown[]): number | undefined {
  const byConnection = new Map<unknown, number>();
  for (const consumer of consumers.filter(isObject)) {
    const { ack_required: acknowledges, prefetch_count: prefetch, channel_details: channel } = consumer;
    if (acknowledges !== true || !Number.isSafeInteger(prefetch) || Number(prefetch) <= 0) return undefined;
    const connection = isObject(channel) ? channel['connection_name'] : undefined;
    byConnection.set(connection, (byConnection.get(connection) ?? 0) + Number(prefetch));
  }
  const [first, ...others] = new Set(byConnection.values());
  return others.length === 0 ? first : undefined;
}
