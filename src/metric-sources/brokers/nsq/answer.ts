// metric-sources: what nsqd and nsqlookupd answer (https://nsq.io/components/nsqd.html, nsqlookupd.html). Before version 1.0 the
// same stood in an envelope, under `data`.

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';

/** What one node has of the channel. */
export interface ChannelCounts {
  readonly waiting: number;
  readonly inFlight: number;
  /** Requeued with a delay, or published for later. */
  readonly deferred: number;
  /** Since the node started. */
  readonly arrived: number;
}

/** Messages of the channel that are not worked off. */
export function heldBy({ waiting, inFlight, deferred }: ChannelCounts): number {
  return waiting + inFlight + deferred;
}

/** @returns undefined when the node has no such topic @throws TransientError */
export function channelCounts(
  body: unknown,
  { topic, channel }: { readonly topic: string; readonly channel: string },
): ChannelCounts | undefined {
  const { topics } = withoutEnvelope(body);
  if (!Array.isArray(topics)) throw new TransientError('the answer is not that of nsqd; check the address');
  const found = named(topics, 'topic_name', topic);
  if (found === undefined) return undefined;
  const { channels } = found;
  const counts = named(Array.isArray(channels) ? channels : [], 'channel_name', channel);
  if (counts === undefined)
    throw new TransientError(
      `it has topic ${topic} without channel ${channel}; has a consumer ever connected?`,
    );
  return {
    waiting: countFrom(counts['depth'], 'depth'),
    inFlight: countFrom(counts['in_flight_count'], 'in_flight_count'),
    deferred: countFrom(counts['deferred_count'], 'deferred_count'),
    arrived: countFrom(counts['message_count'], 'message_count'),
  };
}

const MOST_PRODUCERS = 64;

/** HTTP origins of the nodes that have the topic. @throws TransientError */
export function producersIn(body: unknown): readonly string[] {
  const answer = withoutEnvelope(body);
  const { producers, message } = answer;
  if (message === 'TOPIC_NOT_FOUND' || (isObject(body) && body['status_txt'] === 'TOPIC_NOT_FOUND'))
    return [];
  if (!Array.isArray(producers))
    throw new TransientError('the answer is not that of nsqlookupd; check the address');
  if (producers.length > MOST_PRODUCERS)
    throw new TransientError(`it tells ${producers.length} nodes, more than ${MOST_PRODUCERS}`);
  return producers.map((producer: unknown) => {
    const { broadcast_address: host, http_port: port } = isObject(producer) ? producer : {};
    const isHost = typeof host === 'string' && /^[A-Za-z0-9._:-]{1,253}$/.test(host);
    const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
    if (!isHost || !isPort) throw new TransientError('it tells a node without an address');
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    if (!URL.canParse(url)) throw new TransientError('it tells a node without an address');
    return new URL(url).origin;
  });
}

function withoutEnvelope(body: unknown): JsonObject {
  if (!isObject(body)) return {};
  const { data } = body;
  return isObject(data) ? data : body;
}

function named(entries: readonly unknown[], key: string, name: string): JsonObject | undefined {
  return entries.filter(isObject).find((entry) => entry[key] === name);
}
