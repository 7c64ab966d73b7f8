// emulator: keeps what tasks print from filling the disk, as Mesos' logrotate container logger does: the last
// of it goes to `stdout.1`, and `stdout` begins anew.

import { createReadStream, createWriteStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../runtime/clock.ts';

const LOOK_EVERY_MS = 1000;
const OUTPUTS = ['stdout', 'stderr'];

export interface OutputLimit {
  readonly clock: Clock;
  /** Of each file; between two looks it may grow beyond. */
  readonly maxBytes: number;
  /** Of tasks that run. */
  readonly sandboxes: () => Iterable<string>;
}

/** Looks until aborted. What a task prints while its file is cut may be lost. */
export async function limitOutputs(limit: OutputLimit, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await limit.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    for (const sandbox of [...limit.sandboxes()]) {
      if (signal.aborted) return;
      for (const name of OUTPUTS) await rotate(join(sandbox, name), limit.maxBytes);
    }
  }
}

/** The file is written by appending, so whoever has it open goes on at its new beginning. */
async function rotate(file: string, maxBytes: number): Promise<void> {
  try {
    const { size } = await stat(file);
    if (size <= maxBytes) return;
    const tail = createReadStream(file, { start: size - maxBytes, end: size - 1 });
    await pipeline(tail, createWriteStream(`${file}.1`));
    await truncate(file, 0);
  } catch {
    // The task has ended meanwhile and its sandbox is gone.
  }
}
