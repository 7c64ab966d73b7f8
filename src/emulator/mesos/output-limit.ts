// emulator: keeps what tasks print from filling the disk, as Mesos' logrotate container logger does: when `stdout` is
// full it becomes `stdout.1`, and `stdout` begins anew. Whoever prints faster than this is written waits.

import { type FileHandle, open, rename } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '../../runtime/clock.ts';

/** After so much there is a rest: at most 20 MB/s of each output, and time for everything else. */
const BURST_BYTES = 1_048_576;
const REST_MS = 50;

export interface OutputLimit {
  readonly clock: Clock;
  /** Of each of the two files. */
  readonly maxBytes: number;
}

/** A file that is never longer than it may be, and the one before it. */
export class OutputFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #handle: FileHandle;
  #size = 0;

  private constructor(path: string, maxBytes: number, handle: FileHandle) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#handle = handle;
  }

  static async open(path: string, maxBytes: number): Promise<OutputFile> {
    return new OutputFile(path, maxBytes, await open(path, 'w'));
  }

  async write(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#size === this.#maxBytes) await this.#rotate();
      const part = rest.subarray(0, this.#maxBytes - this.#size);
      await this.#handle.write(part);
      this.#size += part.length;
      rest = rest.subarray(part.length);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #rotate(): Promise<void> {
    await this.#handle.close();
    await rename(this.#path, `${this.#path}.1`);
    this.#handle = await open(this.#path, 'w');
    this.#size = 0;
  }
}

/** Writes until the output ends. What cannot be written (a full disk, a sandbox that is gone) is lost, and the task goes on. */
export async function keepOutput(
  output: Readable,
  file: OutputFile,
  { clock }: Pick<OutputLimit, 'clock'>,
): Promise<void> {
  let burst = 0;
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      await file.write(chunk).catch(() => undefined);
      burst += chunk.length;
      if (burst < BURST_BYTES) continue;
      burst = 0;
      await clock.sleep(REST_MS);
    }
  } catch {
    // The pipe broke: there is nothing more to keep.
  }
  await file.close().catch(() => undefined);
}
