// recorder: a segment that is over, in parts of which each can be read without the others:
//
//     brotli block | brotli block | … | index, brotli | its length, 4 bytes | MSP1
//
// Each block has lines of one part, `sorter.ts` says which; the index is a `PartsIndex` as JSON.

import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { storedAs } from '../../api/validation/stored.ts';
import { LineSorter } from '../codec/sorter.ts';
import { eachLine } from './lines.ts';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

interface PartsIndex {
  /** The first line of the segment. */
  readonly header: string;
  readonly blocks: readonly Block[];
}

interface Block {
  readonly offset: number;
  /** As it is in the file. */
  readonly bytes: number;
  /** Of each part, one after the other. Pictures of many pools are alike, and small beside each other. */
  readonly texts: readonly { readonly part: string; readonly bytes: number }[];
}

const NUMBER = { type: 'number', description: 'Bytes.' } as const;

const isIndex = storedAs<PartsIndex>({
  type: 'object',
  description: 'Where the parts of a segment are.',
  required: ['header', 'blocks'],
  properties: {
    header: { type: 'string', description: 'The first line of the segment.' },
    blocks: {
      type: 'array',
      description: 'In the order of the file.',
      items: {
        type: 'object',
        description: 'What is compressed together.',
        required: ['offset', 'bytes', 'texts'],
        properties: {
          offset: NUMBER,
          bytes: NUMBER,
          texts: {
            type: 'array',
            description: 'One after the other.',
            items: {
              type: 'object',
              description: 'Lines of a part.',
              required: ['part', 'bytes'],
              properties: { part: { type: 'string', description: 'Which, see sorter.ts.' }, bytes: NUMBER },
            },
          },
        },
      },
    },
  },
});

/** A file, or what was downloaded of one. */
export interface RandomAccess {
  readonly bytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

const MARK = Buffer.from('MSP1');
const TRAILER_BYTES = 4 + MARK.length;
/** Of text: larger blocks are hardly smaller for it, and whoever wants one part reads more of others. */
const BLOCK_BYTES = 2 ** 20;
/** Of all parts together, before they are compressed. */
const MOST_WAITING_BYTES = 16 * 2 ** 20;

/**
 * @param text of a segment, in pieces
 * @param write appends to the file
 * @returns whether there was a whole line in it
 */
export async function writeParts(
  text: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<boolean> {
  const blocks: Block[] = [];
  const waiting = new Waiting();
  const sorter = new LineSorter((part, line) => waiting.add(part, line));
  let header: string | undefined;
  let offset = 0;
  const append = async (bytes: Uint8Array): Promise<void> => {
    await write(bytes);
    offset += bytes.length;
  };
  const writeBlocks = async (leastBytes: number): Promise<void> => {
    for (const texts of inBlocks(waiting.take(leastBytes))) {
      const packed = await packedBlock(Buffer.concat(texts.map(([, text]) => text)));
      const lengths = texts.map(([part, text]) => ({ part, bytes: text.length }));
      blocks.push({ offset, bytes: packed.length, texts: lengths });
      await append(packed);
    }
  };
  for await (const lines of eachLine(text)) {
    for (const line of lines) {
      if (header === undefined) header = Buffer.from(line).toString();
      else sorter.line(line);
    }
    if (waiting.largest > BLOCK_BYTES) await writeBlocks(BLOCK_BYTES);
    if (waiting.bytes > MOST_WAITING_BYTES) await writeBlocks(0);
  }
  if (header === undefined) return false;
  await writeBlocks(0);
  const index: PartsIndex = { header, blocks };
  const packed = await packedBlock(Buffer.from(JSON.stringify(index)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(packed.length);
  await append(Buffer.concat([packed, length, MARK]));
  return true;
}

/** Lines of one part. */
export interface Piece {
  /** Absent: of all that is wanted, in the order in which they were written. */
  readonly part?: string;
  readonly lines: readonly string[];
}

/**
 * The header first, then part after part.
 *
 * @param wants is asked before each block
 * @throws for what is no such file, or a damaged one
 */
export async function* readParts(
  file: RandomAccess,
  wants: (part: string) => boolean,
): AsyncGenerator<Piece> {
  const { header, blocks } = await indexOf(file);
  yield { lines: [header] };
  for (const { offset, bytes, texts } of blocks) {
    if (!texts.some(({ part }) => wants(part))) continue;
    const text = await decompress(await file.read(offset, bytes));
    let from = 0;
    for (const { part, bytes: length } of texts) {
      const own = text.subarray(from, from + length);
      from += length;
      if (wants(part)) yield { part, lines: own.toString().split('\n').slice(0, -1) };
    }
  }
}

async function indexOf(file: RandomAccess): Promise<PartsIndex> {
  const endsAt = file.bytes - TRAILER_BYTES;
  const trailer = endsAt < 0 ? Buffer.alloc(0) : Buffer.from(await file.read(endsAt, TRAILER_BYTES));
  if (!trailer.subarray(4).equals(MARK)) throw new Error('the segment has no index at its end');
  const length = trailer.readUInt32LE();
  const index: unknown = JSON.parse((await decompress(await file.read(endsAt - length, length))).toString());
  if (!isIndex(index)) throw new Error('the index of the segment is damaged');
  return index;
}

const MOST_WINDOW_BITS = 22;

/** A better quality takes several times as long. */
async function packedBlock(bytes: Uint8Array): Promise<Uint8Array> {
  const bits = Math.ceil(Math.log2(Math.max(1, bytes.length)));
  return await compress(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 5,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      [constants.BROTLI_PARAM_LGWIN]: Math.min(
        MOST_WINDOW_BITS,
        Math.max(constants.BROTLI_MIN_WINDOW_BITS, bits),
      ),
    },
  });
}

type PartText = readonly [part: string, text: Uint8Array];

function* inBlocks(texts: readonly PartText[]): Generator<readonly PartText[]> {
  let block: PartText[] = [];
  let bytes = 0;
  for (const text of texts) {
    block.push(text);
    bytes += text[1].length;
    if (bytes < BLOCK_BYTES) continue;
    yield block;
    block = [];
    bytes = 0;
  }
  if (block.length > 0) yield block;
}

/** Lines by part, copied: the pieces that they came in have lines of other parts too. */
class Waiting {
  #buffers = new Map<string, GrowingBuffer>();
  bytes = 0;
  largest = 0;

  add(part: string, line: Uint8Array): void {
    const buffer = this.#buffers.get(part) ?? new GrowingBuffer();
    this.#buffers.set(part, buffer);
    buffer.addLine(line);
    this.bytes += line.length + 1;
    this.largest = Math.max(this.largest, buffer.length);
  }

  /** Of parts that have at least so much. */
  take(leastBytes: number): readonly PartText[] {
    const taken = [...this.#buffers].filter(([, { length }]) => length >= leastBytes);
    for (const [part, { length }] of taken) {
      this.#buffers.delete(part);
      this.bytes -= length;
    }
    this.largest = Math.max(0, ...[...this.#buffers.values()].map(({ length }) => length));
    return taken.map(([part, buffer]) => [part, buffer.content] as const);
  }
}

const FIRST_BYTES = 4096;
const END_OF_LINE = 10;

class GrowingBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  addLine(line: Uint8Array): void {
    const end = this.length + line.length + 1;
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.content);
      this.#bytes = larger;
    }
    this.#bytes.set(line, this.length);
    this.#bytes[end - 1] = END_OF_LINE;
    this.length = end;
  }

  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
