// recorder: the files of a record: their names, which there are, and their text.

import { createReadStream, readdirSync } from 'node:fs';
import { type FileHandle, open as openFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress } from 'node:zlib';
import type { Tier } from '../codec/segment.ts';

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

const NAME = /^(rounds|minutes)-(\d{1,15})\.jsonl(\.br)?$/;

/** `rounds-1764410000000.jsonl`; with `.br` once it is closed. */
export function segmentPath(folder: string, tier: Tier, startMs: number): string {
  return join(folder, `${tier}-${Math.max(0, Math.floor(startMs))}.jsonl`);
}

/** Oldest first; a folder that is not there has none. */
export function segmentsIn(folder: string): readonly SegmentFile[] {
  const names = new Set(namesIn(folder));
  return (
    [...names]
      // One that has just been compressed is there twice for a moment.
      .filter((name) => !names.has(`${name}.br`))
      .flatMap((name) => segmentNamed(name, folder) ?? [])
      .sort((a, b) => a.startMs - b.startMs)
  );
}

/** Undefined for what is no name of a segment. */
export function segmentNamed(name: string, folder: string): SegmentFile | undefined {
  const [, tier, startMs, closed] = NAME.exec(name) ?? [];
  if (tier !== 'rounds' && tier !== 'minutes') return undefined;
  return { path: join(folder, name), tier, startMs: Number(startMs), isClosed: closed !== undefined };
}

const UNFINISHED = '.br.new';

/** Where a segment is compressed to, before it has its name. */
export function unfinishedOf(path: string): string {
  return path + UNFINISHED;
}

export function unfinishedIn(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(UNFINISHED) && NAME.test(name.slice(0, -UNFINISHED.length)))
    .map((name) => join(folder, name));
}

/** The content of a segment as it is on disk, and whether that is compressed. */
export interface SegmentBytes {
  readonly bytes: Uint8Array;
  readonly isPacked: boolean;
}

/** Of one that is compressed while it is read, what there is now. */
export async function segmentBytes({ path, isClosed }: SegmentFile): Promise<SegmentBytes> {
  if (isClosed) return { bytes: await readFile(path), isPacked: true };
  try {
    return { bytes: await readFile(path), isPacked: false };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { bytes: await readFile(`${path}.br`), isPacked: true };
  }
}

/** In pieces: a segment of hundreds of pools is a hundred megabytes of text. */
export async function* linesOf({ bytes, isPacked }: SegmentBytes): AsyncGenerator<readonly string[]> {
  yield* linesIn(Readable.from(pieces(bytes)), isPacked);
}

/** Of one that is compressed while it is read, what there is now. */
export async function* segmentLines({ path, isClosed }: SegmentFile): AsyncGenerator<readonly string[]> {
  const open = isClosed ? undefined : await opened(path);
  // By the handle: it goes on with what it has opened when that is compressed and removed meanwhile.
  if (open !== undefined) yield* linesIn(open.createReadStream(), false);
  else yield* linesIn(createReadStream(isClosed ? path : `${path}.br`), true);
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await openFile(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return undefined;
  }
}

const PIECE_BYTES = 64 * 1024;

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}

/** What follows the last end of line is torn, and left out. */
async function* linesIn(packed: Readable, isPacked: boolean): AsyncGenerator<readonly string[]> {
  const text = isPacked ? unpacked(packed) : packed;
  let rest = '';
  for await (const piece of text.setEncoding('utf8')) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
}

/** What is wrong with what is packed is thrown to whoever reads on. */
function unpacked(packed: Readable): Readable {
  return pipeline(packed, createBrotliDecompress({ chunkSize: PIECE_BYTES }), () => undefined);
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
