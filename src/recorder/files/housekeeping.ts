// recorder: what becomes of segments that are over: they are compressed, and the oldest go.

import { type FileHandle, open as openFile, rename, rm, stat } from 'node:fs/promises';
import { writeParts } from './parts.ts';
import {
  closedPath,
  openPath,
  type SegmentFile,
  segmentsIn,
  unfinishedIn,
  unfinishedOf,
} from './segment-files.ts';

export interface Bounds {
  /** How long every round is kept. */
  readonly roundsForMs: number;
  /** How long minutes, events and decisions are kept. */
  readonly minutesForMs: number;
  /** Of all files together. */
  readonly mostBytes: number;
}

/** Compresses a segment that nothing is appended to any more; what a killed process left torn at its end is cut off. */
export async function close(path: string): Promise<void> {
  const made = unfinishedOf(path);
  try {
    if (await packed(path, made)) await rename(made, closedPath(path));
    else await rm(made, { force: true });
  } catch (error) {
    // It would be what keeps a full disk full.
    await rm(made, { force: true });
    throw error;
  }
  await rm(path, { force: true });
}

/** @returns whether there was a whole line in it */
async function packed(path: string, made: string): Promise<boolean> {
  return await withFile(path, 'r', (text) =>
    withFile(made, 'w', async (file) => {
      const lines = text.createReadStream({ autoClose: false });
      // All of it: `write` may take a part. What it is made of is removed next, so it is on disk by then.
      const found = await writeParts(lines, (bytes) => file.appendFile(bytes));
      await file.datasync();
      return found;
    }),
  );
}

async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openFile(path, flags, 0o600);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/**
 * Closes what earlier processes left open. One that cannot be closed keeps no other from it.
 *
 * @param open what is still appended to
 * @throws the first failure, when all were tried
 */
export async function closeOthers(folder: string, open: ReadonlySet<string>): Promise<void> {
  // Looked for at once: what is begun while others are removed is not in `open`.
  const segments = segmentsIn(folder);
  // Nobody else compresses at this moment: they are of a process that was killed, or of a disk that was full.
  for (const path of unfinishedIn(folder)) await rm(path, { force: true });
  const failures: unknown[] = [];
  for (const { path, isClosed } of segments) {
    if (!isClosed && !open.has(path)) await close(path).catch((error: unknown) => failures.push(error));
    // What a process left that was killed between the two.
    if (isClosed) await rm(openPath(path), { force: true });
  }
  if (failures.length > 0) throw failures[0];
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
