// recorder: what becomes of segments that are over: they are compressed, and the oldest go.

import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress } from 'node:zlib';
import { type SegmentFile, segmentsIn, unfinishedIn, unfinishedOf } from './segment-files.ts';

export interface Bounds {
  /** How long every round is kept. */
  readonly roundsForMs: number;
  /** How long minutes, events and decisions are kept. */
  readonly minutesForMs: number;
  /** Of all files together. */
  readonly mostBytes: number;
}

/** A better ratio takes several times as long. */
const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 22 } };

/** Compresses a segment that nothing is appended to any more; what a killed process left torn at its end is cut off. */
export async function close(path: string): Promise<void> {
  const made = unfinishedOf(path);
  const whole = new WholeLines();
  await pipeline(
    createReadStream(path),
    whole,
    createBrotliCompress(OPTIONS),
    createWriteStream(made, { mode: 0o600 }),
  );
  if (whole.hasLines) await rename(made, `${path}.br`);
  else await rm(made, { force: true });
  await rm(path, { force: true });
}

const END_OF_LINE = 10;

/** Holds back what follows the last end of line. */
class WholeLines extends Transform {
  #rest: readonly Buffer[] = [];
  hasLines = false;

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const end = piece.lastIndexOf(END_OF_LINE) + 1;
    if (end > 0) {
      this.hasLines = true;
      for (const each of [...this.#rest, piece.subarray(0, end)]) this.push(each);
      this.#rest = [];
    }
    if (end < piece.length) this.#rest = [...this.#rest, piece.subarray(end)];
    done();
  }
}

/** Closes what earlier processes left open. @param open what is still appended to */
export async function closeOthers(folder: string, open: ReadonlySet<string>): Promise<void> {
  // Looked for at once: what is begun while others are removed is not in `open`.
  const segments = segmentsIn(folder);
  // Nobody else compresses at this moment: they are of a process that was killed, or of a disk that was full.
  for (const path of unfinishedIn(folder)) await rm(path, { force: true });
  for (const { path, isClosed } of segments) {
    if (!isClosed && !open.has(path)) await close(path);
    // What a process left that was killed between the two.
    if (isClosed) await rm(path.replace(/\.br$/, ''), { force: true });
  }
}

/** Removes what is too old, then the oldest until the rest is small enough: rounds before minutes. */
export async function prune(
  folder: string,
  { roundsForMs, minutesForMs, mostBytes }: Bounds,
  { nowMs, open }: { readonly nowMs: number; readonly open: ReadonlySet<string> },
): Promise<void> {
  const all = segmentsIn(folder);
  const closed = all.filter(({ path }) => !open.has(path));
  const sized = await Promise.all(closed.map(async (file) => ({ file, bytes: await bytesOf(file.path) })));
  const openBytes = await Promise.all([...open].map(bytesOf));
  let bytes = [...openBytes, ...sized.map((each) => each.bytes)].reduce((sum, n) => sum + n, 0);
  const keptForMs = { rounds: roundsForMs, minutes: minutesForMs };
  const byWorth = sized.toSorted(
    (a, b) => Number(a.file.tier === 'minutes') - Number(b.file.tier === 'minutes'),
  );
  for (const { file, bytes: size } of byWorth) {
    const endsMs = endOf(file, all);
    const tooOld = endsMs !== undefined && nowMs - endsMs > keptForMs[file.tier];
    if (!tooOld && bytes <= mostBytes) continue;
    await rm(file.path, { force: true });
    bytes -= size;
  }
}

/** A segment lasts until the next one of its tier begins. */
function endOf({ tier, startMs }: SegmentFile, segments: readonly SegmentFile[]): number | undefined {
  return segments.find((each) => each.tier === tier && each.startMs > startMs)?.startMs;
}

async function bytesOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
