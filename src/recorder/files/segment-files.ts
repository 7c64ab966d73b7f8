// recorder: the files of a record: their names, which there are, and their text.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
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

const decompress = promisify(brotliDecompress);

export async function textOf({ bytes, isPacked }: SegmentBytes): Promise<string> {
  return (isPacked ? await decompress(bytes) : Buffer.from(bytes)).toString('utf8');
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
