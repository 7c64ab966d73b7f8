// metric-sources: the questions that are asked of Kafka, and their answers (https://kafka.apache.org/protocol#protocol_api_keys).

import { KafkaRefusal } from './failure.ts';
import type { Reader, Writer } from './wire.ts';

export interface KafkaRequest<Answer> {
  readonly key: number;
  readonly version: number;
  write(writer: Writer): void;
  /** @throws KafkaRefusal for an error in the answer, WireError for what is none */
  read(reader: Reader): Answer;
}

export interface BrokerPlace {
  readonly host: string;
  readonly port: number;
}

export interface Partition {
  readonly index: number;
  readonly leader: BrokerPlace;
}

/** Of the topic, each with the broker that leads it; asking creates no topic. */
export function partitionsOf(topic: string): KafkaRequest<readonly Partition[]> {
  return {
    key: 3,
    version: 4,
    write: (writer) => writer.list([topic], (name) => writer.text(name)).int8(0),
    read: (reader) => {
      reader.int32();
      const brokers = new Map(
        reader.list(() => {
          const [id, place] = [reader.int32(), placeIn(reader)] as const;
          reader.text();
          return [id, place] as const;
        }),
      );
      reader.text();
      reader.int32();
      const topics = reader.list(() => {
        const [error, name] = [reader.int16(), reader.text()];
        reader.int8();
        const partitions = reader.list(() => {
          const [refusal, index, leader] = [reader.int16(), reader.int32(), reader.int32()];
          for (let i = 0; i < 2; i++) reader.list(() => reader.int32());
          return { refusal, index, leader };
        });
        return { error, name, partitions };
      });
      const found = topics.find(({ name }) => name === topic);
      refuse(found?.error ?? UNKNOWN_TOPIC);
      return (found?.partitions ?? []).map(({ refusal, index, leader }) => {
        const place = brokers.get(leader);
        if (place !== undefined) return { index, leader: place };
        refuse(refusal);
        throw new KafkaRefusal(NO_LEADER);
      });
    },
  };
}

/** The broker that keeps the offsets of the group. */
export function coordinatorOf(group: string): KafkaRequest<BrokerPlace> {
  return {
    key: 10,
    version: 1,
    write: (writer) => writer.text(group).int8(0),
    read: (reader) => {
      reader.int32();
      refuse(reader.int16());
      reader.text();
      reader.int32();
      return placeIn(reader);
    },
  };
}

/** What the group has committed, by partition; nothing where it has not. */
export function committedBy(
  group: string,
  topic: string,
  partitions: readonly number[],
): KafkaRequest<ReadonlyMap<number, bigint>> {
  return {
    key: 9,
    version: 3,
    write: (writer) =>
      writer
        .text(group)
        .list([topic], (name) => writer.text(name).list(partitions, (index) => writer.int32(index))),
    read: (reader) => {
      reader.int32();
      const found = new Map<number, bigint>();
      const errors: number[] = [];
      reader.list(() => {
        const name = reader.text();
        reader.list(() => {
          const [index, offset] = [reader.int32(), reader.int64()] as const;
          reader.text();
          errors.push(reader.int16());
          if (name === topic && offset >= 0n) found.set(index, offset);
        });
      });
      for (const error of [reader.int16(), ...errors]) refuse(error);
      return found;
    },
  };
}

/** Which offset of each partition: where the next message will be, or the oldest that is kept. */
export const END = -1n;
export const BEGIN = -2n;

/** Of partitions that this broker leads. */
export function offsetsAt(
  which: bigint,
  topic: string,
  partitions: readonly number[],
): KafkaRequest<ReadonlyMap<number, bigint>> {
  return {
    key: 2,
    version: 2,
    write: (writer) =>
      writer
        .int32(-1)
        .int8(0)
        .list([topic], (name) =>
          writer.text(name).list(partitions, (index) => writer.int32(index).int64(which)),
        ),
    read: (reader) => {
      reader.int32();
      const found = new Map<number, bigint>();
      reader.list(() => {
        const name = reader.text();
        reader.list(() => {
          const [index, error] = [reader.int32(), reader.int16()];
          reader.int64();
          const offset = reader.int64();
          refuse(error);
          if (name === topic) found.set(index, offset);
        });
      });
      return found;
    },
  };
}

/** Its state in Kafka's words; `Dead` is one that nobody knows of. */
export function stateOf(group: string): KafkaRequest<string> {
  return {
    key: 15,
    version: 0,
    write: (writer) => writer.list([group], (name) => writer.text(name)),
    read: (reader) => {
      const [first] = reader.list(() => {
        const [error, , state] = [reader.int16(), reader.text(), reader.text()];
        for (let i = 0; i < 2; i++) reader.text();
        reader.list(() => {
          for (let i = 0; i < 3; i++) reader.text();
          for (let i = 0; i < 2; i++) reader.bytes();
        });
        return { error, state };
      });
      refuse(first?.error ?? 0);
      return first?.state ?? 'Dead';
    },
  };
}

/** The mechanisms that the broker takes, when it does not take this one. */
export function saslHandshake(
  mechanism: string,
): KafkaRequest<{ readonly refused: boolean; readonly mechanisms: readonly string[] }> {
  return {
    key: 17,
    version: 1,
    write: (writer) => writer.text(mechanism),
    read: (reader) => {
      const error = reader.int16();
      const mechanisms = reader.list(() => reader.text());
      if (error !== UNSUPPORTED_MECHANISM) refuse(error);
      return { refused: error !== 0, mechanisms };
    },
  };
}

export interface SaslAnswer {
  readonly bytes: Buffer;
  /** How long the credentials serve, ms; 0 for as long as the connection. */
  readonly lifetimeMs: number;
}

export function saslAuthenticate(bytes: Buffer): KafkaRequest<SaslAnswer> {
  return {
    key: 36,
    version: 1,
    write: (writer) => writer.bytes(bytes),
    read: (reader) => {
      const error = reader.int16();
      // Its words may repeat what was sent.
      reader.text();
      refuse(error);
      return { bytes: reader.bytes(), lifetimeMs: Number(reader.int64()) };
    },
  };
}

const UNKNOWN_TOPIC = 3;
const NO_LEADER = 5;
const UNSUPPORTED_MECHANISM = 33;

function refuse(error: number): void {
  if (error !== 0) throw new KafkaRefusal(error);
}

function placeIn(reader: Reader): BrokerPlace {
  const host = reader.text();
  return { host, port: reader.int32() };
}
