// recorder: the files of a record: their names, which there are, and their text.

import { createReadStream, readdirSync } from 'node:fs';
import { type FileHandle, open as openFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress } from 'node:zlib';
import type { Tier } from '../codec/segment.ts';
import { LineSorter } from '../codec/sorter.ts';
import { eachLine } from './lines.ts';
import { type Piece, readParts } from './parts.ts';

/** Below the directory of the store. */
export const RECORD_FOLDER = 'record';

export interface SegmentFile {
  readonly path: string;
  readonly tier: Tier;
  /** Of its first line, by the wall clock. */
  readonly startMs: number;
  /** No more lines come, and it is compressed. */
  readonly isClosed: boolean;
}

/** How a segment is kept: as it was written; in parts; compressed as a whole, which earlier versions did. */
export type Packing = 'plain' | 'parts' | 'whole';

const ENDINGS = { parts: '.parts', whole: '.br' } as const;
const NAME = /^(rounds|minutes)-(\d{1,15})\.jsonl(?:\.(?:br|parts))?$/;

/** `rounds-1764410000000.jsonl`; with `.parts` once it is closed. */
export function segmentPath(folder: string, tier: Tier, startMs: number): string {
  return join(folder, `${tier}-${Math.max(0, Math.floor(startMs))}.jsonl`);
}

/** What it is called once it is closed. */
export function closedPath(path: string): string {
  return path + ENDINGS.parts;
}

/** What it was called before it was closed. */
export function openPath(path: string): string {
  return path.replace(/\.(?:br|parts)$/, '');
}

function packingOf(path: string): Packing {
  if (path.endsWith(ENDINGS.parts)) return 'parts';
  return path.endsWith(ENDINGS.whole) ? 'whole' : 'plain';
}

/** Oldest first; a folder that is not there has none. */
export function segmentsIn(folder: string): readonly SegmentFile[] {
  const names = new Set(namesIn(folder));
  const closed = new Set([...names].filter((name) => packingOf(name) !== 'plain').map(openPath));
  return (
    [...names]
      // One that has just been compressed is there twice for a moment.
      .filter((name) => !closed.has(name))
      .flatMap((name) => segmentNamed(name, folder) ?? [])
      .sort((a, b) => a.startMs - b.startMs)
  );
}

/** Undefined for what is no name of a segment. */
export function segmentNamed(name: string, folder: string): SegmentFile | undefined {
  const [, tier, startMs] = NAME.exec(name) ?? [];
  if (tier !== 'rounds' && tier !== 'minutes') return undefined;
  const isClosed = packingOf(name) !== 'plain';
  return { path: join(folder, name), tier, startMs: Number(startMs), isClosed };
}

const UNFINISHED = '.new';

/** Where a segment is compressed to, before it has its name. */
export function unfinishedOf(path: string): string {
  return closedPath(path) + UNFINISHED;
}

export function unfinishedIn(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(UNFINISHED))
    .filter((name) => segmentNamed(name.slice(0, -UNFINISHED.length), folder)?.isClosed === true)
    .map((name) => join(folder, name));
}

/** The content of a segment as it is on disk. */
export interface SegmentBytes {
  readonly bytes: Uint8Array;
  readonly packing: Packing;
}

/** Of one that is compressed while it is read, what there is now. */
export async function segmentBytes({ path }: SegmentFile): Promise<SegmentBytes> {
  try {
    return { bytes: await readFile(path), packing: packingOf(path) };
  } catch (error) {
    if (!isMissing(error) || packingOf(path) !== 'plain') throw error;
    return { bytes: await readFile(closedPath(path)), packing: 'parts' };
  }
}

/** Which parts are wanted, see `sorter.ts`. */
export type WantsPart = (part: string) => boolean;

/** In pieces: a segment of hundreds of pools is a hundred megabytes of text. */
export async function* piecesOf({ bytes, packing }: SegmentBytes, wants: WantsPart): AsyncGenerator<Piece> {
  if (packing === 'parts') {
    const read = async (offset: number, length: number): Promise<Uint8Array> =>
      bytes.subarray(offset, offset + length);
    yield* readParts({ bytes: bytes.length, read }, wants);
  } else yield* sortedPieces(Readable.from(slices(bytes)), packing, wants);
}

/** Of one that is compressed while it is read, what there is now. */
export async function* segmentPieces({ path }: SegmentFile, wants: WantsPart): AsyncGenerator<Piece> {
  const packing = packingOf(path);
  const open = packing === 'plain' ? await opened(path) : undefined;
  // By the handle: it goes on with what it has opened when that is compressed and removed meanwhile.
  if (open !== undefined) yield* sortedPieces(open.createReadStream(), packing, wants);
  else if (packing === 'whole') yield* sortedPieces(createReadStream(path), packing, wants);
  else yield* partsOf(packing === 'plain' ? closedPath(path) : path, wants);
}

async function* partsOf(path: string, wants: WantsPart): AsyncGenerator<Piece> {
  const file = await openFile(path);
  try {
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    yield* readParts({ bytes: (await file.stat()).size, read }, wants);
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await openFile(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return undefined;
  }
}

const SLICE_BYTES = 64 * 1024;

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) yield bytes.subarray(from, from + SLICE_BYTES);
}

/** Only what is wanted becomes text. */
async function* sortedPieces(packed: Readable, packing: Packing, wants: WantsPart): AsyncGenerator<Piece> {
  const wanted: Uint8Array[] = [];
  const sorter = new LineSorter((part, line) => {
    if (wants(part)) wanted.push(line);
  });
  let hasHeader = false;
  for await (const lines of eachLine(packing === 'whole' ? unpacked(packed) : packed)) {
    for (const line of lines) {
      if (hasHeader) sorter.line(line);
      else wanted.push(line);
      hasHeader = true;
    }
    yield { lines: wanted.splice(0).map((line) => Buffer.from(line).toString()) };
  }
}

/** What is wrong with what is packed is thrown to whoever reads on. */
function unpacked(packed: Readable): Readable {
  return pipeline(packed, createBrotliDecompress({ chunkSize: SLICE_BYTES }), () => undefined);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
