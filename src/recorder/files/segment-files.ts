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
  return namesIn(folder)
    .flatMap((name): SegmentFile[] => {
      const [, tier, startMs, closed] = NAME.exec(name) ?? [];
      if (tier !== 'rounds' && tier !== 'minutes') return [];
      const isClosed = closed !== undefined;
      return [{ path: join(folder, name), tier, startMs: Number(startMs), isClosed }];
    })
    .sort((a, b) => a.startMs - b.startMs);
}

/** Of one that is compressed while it is read, what there is now. */
export async function segmentText({ path, isClosed }: SegmentFile): Promise<string> {
  if (isClosed) return await unpacked(path);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    return await unpacked(`${path}.br`);
  }
}

const decompress = promisify(brotliDecompress);

async function unpacked(path: string): Promise<string> {
  return (await decompress(await readFile(path))).toString('utf8');
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
