// app: the flight recorder of an operator with a store.

import { join } from 'node:path';
import { RECORD_FOLDER } from '../../../recorder/files/segment-files.ts';
import { SegmentFolder } from '../../../recorder/files/segment-folder.ts';
import { RecordReader } from '../../../recorder/read/record-reader.ts';
import { DEFAULT_BOUNDS, FlightRecorder, type RecorderDeps } from '../../../recorder/recorder.ts';
import { VERSION } from '../../package-root.ts';

export interface RecordOptions {
  /** ms; 0: nothing is recorded. */
  readonly recordFor?: number | undefined;
  /** bytes */
  readonly recordSize?: number | undefined;
}

/** Undefined where nothing is to be recorded. @param dataDir of the store */
export function openRecorder(
  dataDir: string | undefined,
  { recordFor = DEFAULT_BOUNDS.minutesForMs, recordSize = DEFAULT_BOUNDS.mostBytes }: RecordOptions,
  deps: RecorderDeps,
): FlightRecorder | undefined {
  if (dataDir === undefined || recordFor === 0) return undefined;
  const roundsForMs = Math.min(DEFAULT_BOUNDS.roundsForMs, recordFor);
  const bounds = { roundsForMs, minutesForMs: recordFor, mostBytes: recordSize };
  return new FlightRecorder({ folder: join(dataDir, RECORD_FOLDER), bounds, version: VERSION }, deps);
}

/** What it has written, for whoever looks back. */
export function segmentsOf(recorder: FlightRecorder): SegmentFolder {
  return new SegmentFolder(recorder.folder, () => recorder.flush());
}

/** The record of an operator that does not run, or runs beside. */
export function readerIn(dataDir: string): RecordReader {
  return new RecordReader(new SegmentFolder(join(dataDir, RECORD_FOLDER)));
}
