// test support: a record in a folder of its own, written by the real recorder on a virtual clock.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Bounds } from '../../src/recorder/files/housekeeping.ts';
import { SegmentFolder } from '../../src/recorder/files/segment-folder.ts';
import { RecordReader } from '../../src/recorder/read/record-reader.ts';
import { DEFAULT_BOUNDS, FlightRecorder } from '../../src/recorder/recorder.ts';
import type { VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';

export interface Recorded {
  readonly recorder: FlightRecorder;
  readonly reader: RecordReader;
  readonly folder: string;
  readonly segments: SegmentFolder;
  /** Everything that is to be compressed or removed is. */
  settle(): Promise<void>;
}

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'microscaling-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function recordedOn(
  clock: VirtualClock,
  {
    bounds = DEFAULT_BOUNDS,
    redact = (text: string) => text,
    folder = scratchFolder(),
  }: { readonly bounds?: Bounds; readonly redact?: (text: string) => string; readonly folder?: string } = {},
): Recorded {
  const recorder = new FlightRecorder(
    { folder, bounds, version: '1.2.3' },
    { clock, log: silentLogger, redact },
  );
  const settle = async (): Promise<void> => {
    recorder.flush();
    await recorder.run(AbortSignal.abort());
  };
  const segments = new SegmentFolder(folder, () => recorder.flush());
  return { recorder, folder, segments, reader: new RecordReader(segments), settle };
}
