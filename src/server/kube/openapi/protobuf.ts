// server: how JSON becomes a protobuf message: which member goes into which field.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isObject } from '../../../api/schema/json-schema.ts';

/** Writes one value under a field number; what is not of its type is left out. */
export type Field = (writer: BinaryWriter, value: unknown) => void;
/** Writes what is inside a message. */
export type Message = (writer: BinaryWriter, value: unknown) => void;

export function encode(message: Message, value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  message(writer, value);
  return writer.finish();
}

/** @param members by their names in JSON; a function, because messages contain themselves */
export function message(members: () => Readonly<Record<string, Field>>): Message {
  return (writer, value) => {
    if (!isObject(value)) return;
    for (const [name, field] of Object.entries(members())) {
      if (Object.hasOwn(value, name)) field(writer, value[name]);
    }
  };
}

export const text =
  (no: number): Field =>
  (writer, value) => {
    if (typeof value === 'string') writer.tag(no, WireType.LengthDelimited).string(value);
  };

export const bool =
  (no: number): Field =>
  (writer, value) => {
    if (typeof value === 'boolean') writer.tag(no, WireType.Varint).bool(value);
  };

export const int64 =
  (no: number): Field =>
  (writer, value) => {
    if (Number.isSafeInteger(value)) writer.tag(no, WireType.Varint).int64(value as number);
  };

export const double =
  (no: number): Field =>
  (writer, value) => {
    if (typeof value === 'number') writer.tag(no, WireType.Bit64).double(value);
  };

export const nested =
  (no: number, inner: Message): Field =>
  (writer, value) => {
    writer.tag(no, WireType.LengthDelimited).fork();
    inner(writer, value);
    writer.join();
  };

/** Of each element of a list, or of the one value that stands for a list. */
export const repeated =
  (field: Field): Field =>
  (writer, value) => {
    for (const item of Array.isArray(value) ? value : [value]) field(writer, item);
  };

/** A map as repeated messages { name = 1, value = 2 }. */
export const named =
  (no: number, inner: Message): Field =>
  (writer, value) => {
    if (!isObject(value)) return;
    for (const [name, item] of Object.entries(value)) {
      nested(no, (into) => {
        text(1)(into, name);
        nested(2, inner)(into, item);
      })(writer, undefined);
    }
  };

/** A message of one field. */
export const only =
  (field: Field): Message =>
  (writer, value) =>
    field(writer, value);
