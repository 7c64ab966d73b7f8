// bench: the recorded loads that come with the project, and the slices of them that the bench takes.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TerminalError } from '../../src/runtime/errors.ts';
import type { Curve } from '../../src/simulator/load/curve.ts';
import { parseTrace, scaledCurve, type TraceOptions } from '../../src/simulator/load/trace.ts';

interface Slice extends TraceOptions {
  readonly file: string;
  /** What a row lasts in the simulation; absent: as recorded. */
  readonly playedS?: number;
}

const SLICES = {
  worldcup: { file: 'worldcup98_1998-06-30_minute.csv', from: 720, rows: 480 },
  aapl: { file: 'Twitter_volume_AAPL.csv', rows: 864, playedS: 20 },
  elb: { file: 'elb_request_count_8c0756.csv', rows: 864, playedS: 20 },
  taxi: { file: 'nyc_taxi.csv', rows: 336, playedS: 60 },
  // Five requests a second, scaled up tenfold: by the second that would be ten times the noise, not ten times the users.
  llm: { file: 'azure_llm_conv.csv', intervalS: 10 },
} as const satisfies Readonly<Record<string, Slice>>;

export type TraceName = keyof typeof SLICES;

export const TRACES = Object.keys(SLICES) as readonly TraceName[];

export function traceCurve(name: TraceName, capacity: number): Curve {
  const slice: Slice = SLICES[name];
  const trace = parseTrace(readFileSync(tracePath(slice.file), 'utf8'), slice.file, slice);
  return scaledCurve(trace, capacity, slice.playedS);
}

export function tracePath(file: string): string {
  const path = fileURLToPath(new URL(`../traces/${file}`, import.meta.url));
  if (!existsSync(path)) throw new TerminalError(`trace ${file} is missing; looked for ${path}`);
  return path;
}
