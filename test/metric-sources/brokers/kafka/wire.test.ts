import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KafkaRefusal } from '../../../../src/metric-sources/brokers/kafka/failure.ts';
import {
  committedBy,
  coordinatorOf,
  type KafkaRequest,
  offsetsAt,
  partitionsOf,
  saslAuthenticate,
  saslHandshake,
  stateOf,
} from '../../../../src/metric-sources/brokers/kafka/requests.ts';
import { Frames, Reader, WireError, Writer } from '../../../../src/metric-sources/brokers/kafka/wire.ts';

const MOST = 1000;

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('frames of Kafka', () => {
  it('are found however they are cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 50 }), { maxLength: 6 });
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (sent, cuts) => {
        const stream = Buffer.concat(
          sent.map((body) => {
            const length = Buffer.alloc(4);
            length.writeInt32BE(body.length);
            return Buffer.concat([length, body]);
          }),
        );
        const frames = new Frames(MOST);
        const found: Buffer[] = [];
        for (let at = 0; at < stream.length; ) {
          const size = cuts.next().value ?? 1;
          found.push(...frames.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(found.map((frame) => [...frame])).toEqual(sent.map((body) => [...body]));
      }),
    );
  });

  it.each([
    ['a length that is too short for an answer', [0, 0, 0, 3, 1], 'not that of Kafka'],
    ['a negative length', [255, 255, 255, 255], 'not that of Kafka'],
    ['text', [...Buffer.from('HTTP/1.1 400')], 'larger than 1000 bytes'],
    ['an alert of TLS', [0x15, 3, 3, 0, 2], 'begin endpoint with kafkas://'],
    ['an answer beyond the bound', [0, 0, 3, 233], 'larger than 1000 bytes'],
  ])('end at %s', (_, bytes, says) => {
    expect(() => new Frames(MOST).push(Buffer.from(bytes))).toThrow(says);
  });
});

const requests: readonly (readonly [string, KafkaRequest<unknown>])[] = [
  ['partitions', partitionsOf('orders')],
  ['coordinator', coordinatorOf('workers')],
  ['committed offsets', committedBy('workers', 'orders', [0, 1])],
  ['offsets', offsetsAt(-1n, 'orders', [0, 1])],
  ['a state', stateOf('workers')],
  ['a handshake', saslHandshake('PLAIN')],
  ['a password', saslAuthenticate(Buffer.from('secret'))],
];

describe.each(requests)('an answer about %s', (_, request) => {
  it('that is anything at all is read, refused, or garbled, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const error = thrownBy(() => request.read(new Reader(Buffer.from(bytes))));
        expect(error === undefined || error instanceof WireError || error instanceof KafkaRefusal).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('lists', () => {
  it('with a length that lies end with the bytes', () => {
    const reader = new Reader(new Writer().int32(2_000_000_000).int32(1).frame().subarray(4));
    expect(() => reader.list(() => reader.int32())).toThrow(WireError);
  });
});
