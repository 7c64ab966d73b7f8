// metric-sources: values as Kafka's protocol writes them (https://kafka.apache.org/protocol#protocol_types), in its first
// encoding, which every version since 1.0 speaks. Whatever a broker sends, reading it ends within what it sent.

/** What was received is no answer of Kafka. */
export class WireError extends Error {}

const GARBLED = 'the answer is not that of Kafka; check host and port';

export class Writer {
  readonly #parts: Buffer[] = [];

  int8(value: number): this {
    return this.#add(1, (part) => part.writeInt8(value));
  }

  int16(value: number): this {
    return this.#add(2, (part) => part.writeInt16BE(value));
  }

  int32(value: number): this {
    return this.#add(4, (part) => part.writeInt32BE(value));
  }

  int64(value: bigint): this {
    return this.#add(8, (part) => part.writeBigInt64BE(value));
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    this.int16(bytes.length).#parts.push(bytes);
    return this;
  }

  bytes(value: Buffer): this {
    this.int32(value.length).#parts.push(value);
    return this;
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** With its length before it, as it is sent. */
  frame(): Buffer {
    const body = Buffer.concat(this.#parts);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length);
    return Buffer.concat([length, body]);
  }

  #add(size: number, write: (part: Buffer) => void): this {
    const part = Buffer.alloc(size);
    write(part);
    this.#parts.push(part);
    return this;
  }
}

/** Every method throws WireError past the end. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#take(1).readInt8();
  }

  int16(): number {
    return this.#take(2).readInt16BE();
  }

  int32(): number {
    return this.#take(4).readInt32BE();
  }

  int64(): bigint {
    return this.#take(8).readBigInt64BE();
  }

  /** What is null is empty. */
  text(): string {
    return this.#take(Math.max(0, this.int16())).toString('utf8');
  }

  bytes(): Buffer {
    return this.#take(Math.max(0, this.int32()));
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    // A length that lies is found out by the end of the bytes: no item is empty.
    for (let left = this.int32(); left > 0; left--) items.push(read());
    return items;
  }

  #take(size: number): Buffer {
    const end = this.#at + size;
    if (end > this.#bytes.length) throw new WireError(GARBLED);
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

const SHORTEST = 4;
const TLS_ALERT = 0x1503;

/** Answers out of what arrives in pieces. */
export class Frames {
  readonly #mostBytes: number;
  #pieces: Buffer[] = [];
  #pendingBytes = 0;

  /** @param mostBytes of one answer */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The answers that are complete with this piece. @throws WireError for what can be none */
  push(piece: Buffer): readonly Buffer[] {
    this.#pieces.push(piece);
    this.#pendingBytes += piece.length;
    const frames: Buffer[] = [];
    for (;;) {
      const length = this.#length();
      if (length === undefined || this.#pendingBytes < 4 + length) return frames;
      const all = Buffer.concat(this.#pieces);
      frames.push(all.subarray(4, 4 + length));
      const rest = all.subarray(4 + length);
      this.#pieces = rest.length === 0 ? [] : [rest];
      this.#pendingBytes = rest.length;
    }
  }

  #length(): number | undefined {
    if (this.#pendingBytes < 4) return undefined;
    const [first = Buffer.alloc(0)] = this.#pieces;
    if (first.length < 4) this.#pieces = [Buffer.concat(this.#pieces)];
    const length = (this.#pieces[0] ?? first).readInt32BE();
    if (length < SHORTEST) throw new WireError(GARBLED);
    // Text in the place of a length is a very large one, and so is the alert of a server that speaks TLS.
    if (length >>> 16 === TLS_ALERT)
      throw new WireError('the broker speaks TLS; begin endpoint with kafkas://');
    if (length > this.#mostBytes)
      throw new WireError(`the answer is larger than ${this.#mostBytes} bytes, or is not that of Kafka`);
    return length;
  }
}
