// test support: what a broker of our own answers.

import { BEGIN } from '../../../../src/metric-sources/brokers/kafka/requests.ts';
import { Writer } from '../../../../src/metric-sources/brokers/kafka/wire.ts';

/** The answer to this question as it is sent. */
export function framed(question: Buffer, answer: Writer): Buffer {
  const body = answer.frame().subarray(4);
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length);
  question.copy(head, 4, 4, 8);
  return Buffer.concat([head, body]);
}

export interface World {
  readonly leader?: { readonly host: string; readonly port: number };
  readonly topicError?: number;
  readonly groupError?: number;
  readonly committed?: bigint;
  readonly end?: bigint;
  /** Without it, of the oldest message what the end is. */
  readonly begin?: bigint;
  readonly state?: string;
}

export const METADATA = 3;
export const COORDINATOR = 10;
export const COMMITTED = 9;
export const OFFSETS = 2;
const STATE = 15;

/** One partition of topic `orders`. */
export function answering(world: World = {}) {
  return (key: number, port: number, question?: Buffer): Writer | undefined => {
    const { leader = { host: '127.0.0.1', port }, topicError = 0, groupError = 0 } = world;
    const { committed = 2n, end = 7n, state = 'Empty' } = world;
    const w = new Writer();
    const place = () => w.text(leader.host).int32(leader.port);
    const one = (write: () => void) => w.list([0], write);
    if (key === METADATA) {
      w.int32(0);
      one(() => {
        w.int32(1);
        place().text('');
      });
      w.text('cluster').int32(1);
      one(() => {
        w.int16(topicError).text('orders').int8(0);
        one(() => w.int16(0).int32(0).int32(1).int32(0).int32(0));
      });
    } else if (key === COORDINATOR) {
      w.int32(0).int16(groupError).text('').int32(1);
      place();
    } else if (key === COMMITTED) {
      w.int32(0);
      one(() => w.text('orders').list([0], () => w.int32(0).int64(committed).text('').int16(0)));
      w.int16(groupError);
    } else if (key === OFFSETS) {
      const isBegin = question?.readBigInt64BE(question.length - 8) === BEGIN;
      const offset = isBegin ? (world.begin ?? end) : end;
      w.int32(0);
      one(() => w.text('orders').list([0], () => w.int32(0).int16(0).int64(-1n).int64(offset)));
    } else if (key === STATE) {
      one(() => w.int16(0).text('workers').text(state).text('').text('').int32(0));
    } else return undefined;
    return w;
  };
}
