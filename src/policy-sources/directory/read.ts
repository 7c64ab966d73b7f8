// policy-sources/directory: one file's text, whole and settled, or why not. Never throws but for an abort.

import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock.ts';
import { decodeText, MAX_BYTES, NOT_UTF8, tooLarge } from '../file-rules.ts';
import { reason } from './walk.ts';

/** A file that changed less than this ago may still be in the middle of being saved. */
export const SETTLE_MS = 100;

/** A file that is written without a pause is read all the same, this often. */
const MAX_WAITS = 5;

export type FileText =
  | { readonly state: 'read'; readonly text: string; readonly revision: string }
  | {
      readonly state: 'unreadable';
      readonly why: string;
      /** What could be read of it, whatever its encoding. */
      readonly text?: string;
    };

/** Reads UTF-8 text of at most 1 MiB; of a larger file no more than that is read. */
export async function readPolicyFile(path: string, clock: Clock, signal: AbortSignal): Promise<FileText> {
  try {
    await untilSettled(path, clock, signal);
    const handle = await openFile(path);
    if (handle === undefined) return { state: 'unreadable', why: 'it is not a regular file', text: '' };
    try {
      const { size } = await handle.stat();
      return decode(await readStart(handle, size), (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'unreadable', why: reason(error) };
  }
}

async function untilSettled(path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let waits = 0; waits < MAX_WAITS; waits++) {
    const ageMs = clock.now() - (await stat(path)).mtimeMs;
    // A change that lies further in the future is another machine's clock, not a save in progress.
    if (Math.abs(ageMs) >= SETTLE_MS) return;
    await clock.sleep(SETTLE_MS - ageMs, signal);
  }
}

/** Looks before opening: the open of a pipe waits for somebody to write into it. Undefined for what is no file. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  return (await stat(path)).isFile() ? await open(path, 'r') : undefined;
}

/**
 * One byte more than a policy file may have, at most, whatever the size was said to be. Hundreds of files are read again every few
 * seconds: as much room as the largest one needs, for each, is what a garbage collector would be called for again and again.
 */
async function readStart(handle: FileHandle, size: number): Promise<Buffer> {
  let buffer = Buffer.allocUnsafe(Math.min(size, MAX_BYTES) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    length += bytesRead;
    if (bytesRead === 0 || length > MAX_BYTES) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * length, MAX_BYTES + 1));
  }
}

function decode(bytes: Buffer, size: number): FileText {
  const rough = (why: string): FileText => ({ state: 'unreadable', why, text: bytes.toString('latin1') });
  if (bytes.length > MAX_BYTES) return rough(tooLarge(Math.max(bytes.length, size)));
  const revision = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const text = decodeText(bytes);
  return text === undefined ? rough(NOT_UTF8) : { state: 'read', text, revision };
}
