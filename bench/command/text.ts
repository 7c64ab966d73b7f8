// bench: what a bench has found, for people and as JSON.

import type { Figure, Timing } from '../cost/measure.ts';
import type { BenchResult } from './bench.ts';

export interface Machine {
  readonly cores: number;
  /** Processes that wanted to run, over the last minute: above `cores`, wall times say more about the others. */
  readonly load: number;
}

export function machineText({ cores, load }: Machine): string {
  return `${cores} cores, load ${load.toFixed(1)}${load > cores ? ': busy, expect worse figures' : ''}\n`;
}

export function resultText({ timings = [], figures = [], own }: BenchResult): string {
  const text = own === undefined ? '' : `${own.text}\n`;
  return [...timings.map(timingLine), ...figures.map(figureLine), text].join('');
}

function timingLine({ name, medianUs, p95Us, ratio, runs }: Timing): string {
  const us = (value: number): string => `${value.toFixed(1)} µs`.padStart(12);
  return `${name.padEnd(50)} median ${us(medianUs)}  p95 ${us(p95Us)}  ×${ratio.toFixed(1).padStart(6)}  (${runs} runs)\n`;
}

function figureLine({ name, value, unit, limit, invalid, note }: Figure): string {
  const shown = `${Number.isInteger(value) ? value : value.toFixed(value < 10 ? 2 : 1)} ${unit}`
    .trim()
    .padStart(10);
  const verdict = invalid !== undefined ? 'INVALID' : value <= (limit ?? value) ? 'reached' : 'MISSED';
  const said = limit === undefined ? invalid && verdict : `at most ${limit}${unit && ` ${unit}`}: ${verdict}`;
  return `${name.padEnd(50)} ${shown}  ${(said ?? '').padEnd(24)}  (${invalid === undefined ? '' : `${invalid}; `}${note})\n`;
}

/** One document for all that were run; what has a form of its own is under the bench's name. */
export function resultsJson(machine: Machine, results: ReadonlyMap<string, BenchResult>): string {
  const all = [...results.values()];
  const reach = all
    .flatMap(({ figures = [] }) => figures)
    .map((figure) => ({ ...figure, ...reached(figure) }));
  const own = [...results].flatMap(([name, result]) => (result.own ? [[name, result.own.data]] : []));
  const rows = all.flatMap(({ timings = [] }) => timings);
  return `${JSON.stringify({ machine, rows, reach, ...Object.fromEntries(own) })}\n`;
}

function reached({ value, limit, invalid }: Figure): object {
  return limit === undefined || invalid !== undefined ? {} : { reached: value <= limit };
}
