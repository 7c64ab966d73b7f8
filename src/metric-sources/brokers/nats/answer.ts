// metric-sources: a reading in what JetStream says of a consumer
// (https://docs.nats.io/reference/reference-protocols/nats_api_reference).

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';
import type { NatsAnswer } from './connection.ts';

const NOT_ENABLED =
  'JetStream does not answer: it is not enabled on this server or for this account, or domain is wrong';

/** By JetStream's own code of the error. */
const WORDS: Readonly<Record<number, string>> = {
  10008: 'JetStream is not ready; its servers are choosing who leads',
  10014: 'there is no such consumer; check its name, or whether it was deleted as unused',
  10039: 'JetStream is not enabled for this account; check auth',
  10059: 'there is no such stream; check its name, domain and auth',
  10076: 'JetStream is not enabled on this server',
};
const NO_MESSAGE_FOUND = 10037;

/** The answer as an object. @throws TransientError for an error, in words */
export function bodyOf({ payload, status }: NatsAnswer): JsonObject {
  if (status === 503) throw new TransientError(NOT_ENABLED);
  const body = parsed(payload);
  if (!isObject(body)) throw new TransientError('the answer is not that of JetStream');
  const error = codeOf(body);
  if (error !== undefined && error !== NO_MESSAGE_FOUND)
    throw new TransientError(WORDS[error] ?? `JetStream refused it (error ${error})`);
  return body;
}

function codeOf({ error }: JsonObject): number | undefined {
  if (!isObject(error)) return undefined;
  const code = error['err_code'] ?? error['code'];
  return typeof code === 'number' ? code : 0;
}

export interface ConsumerState {
  readonly sample: MetricSample;
  /** The next message that it will be given, if one waits. */
  readonly next?: { readonly sequence: number; readonly subject?: string };
}

/** @throws TransientError that names what is not there */
export function consumerState(
  body: JsonObject,
  context: { readonly nowMs: number; readonly held?: number | undefined },
): ConsumerState {
  const delivered = isObject(body['delivered']) ? body['delivered'] : {};
  const config = isObject(body['config']) ? body['config'] : {};
  const waiting = countFrom(body['num_pending'], 'num_pending');
  const unacknowledged = countFrom(body['num_ack_pending'], 'num_ack_pending');
  const deliveries = countFrom(delivered['consumer_seq'], 'delivered.consumer_seq');
  const sequence = countFrom(delivered['stream_seq'], 'delivered.stream_seq');
  // Without acknowledgements the server does not know who still works.
  const inFlight = config['ack_policy'] === 'none' ? undefined : unacknowledged;
  const { filter_subject: one, filter_subjects: several } = config;
  const subjects = Array.isArray(several) && several.length > 0 ? several : [one];
  if (subjects.length > 1 || waiting === 0) return { sample: sampled() };
  const [subject] = subjects as readonly unknown[];
  return {
    sample: sampled(),
    next: { sequence: sequence + 1, ...(typeof subject === 'string' && subject !== '' && { subject }) },
  };

  function sampled(): MetricSample {
    return {
      state: 'ok',
      asOfMs: context.nowMs,
      waiting,
      // A delivery again is work again: it counts as an arrival, so that what came less what is done is what is there.
      arrivedTotal: deliveries + waiting,
      completedTotal: Math.max(0, deliveries - (inFlight ?? 0)),
      ...defined({ inFlight, heldPerInstance: context.held }),
    };
  }
}

/** When a stored message was written, ms since the epoch; undefined when it is gone. */
export function storedAtMs(body: JsonObject): number | undefined {
  if (codeOf(body) === NO_MESSAGE_FOUND) return undefined;
  const message = isObject(body['message']) ? body['message'] : {};
  const atMs = Date.parse(String(message['time']));
  if (!Number.isFinite(atMs)) throw new TransientError('the oldest message has no time');
  return atMs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
