// bench: the fast suite: small and large pools, slow and quick work, loads that change within seconds or minutes,
// from a cold start or a warm one, against somebody who has only counted arrivals.

import { TerminalError } from '../../src/runtime/errors.ts';
import type { Suite, SuiteResult } from '../../src/simulator/suite.ts';
import { runJobs } from '../suite/jobs.ts';
import { benchLaws } from '../suite/laws.ts';
import { CELLS, sampleCells } from './cells.ts';
import { regretOf, YARDSTICK } from './regret.ts';
import type { CellJob, CellRow } from './run-cell.ts';
import { fastText } from './text.ts';

const FAST_LAWS = [
  'fluid-queue',
  'fluid-inflight',
  'fluid-peek',
  'fluid-counters',
  YARDSTICK,
  'oracle-causal',
];
const DEFAULT_CELLS = 60;

export function cellJobs(cells: number, seed: number, laws: readonly string[]): readonly CellJob[] {
  return sampleCells(cells, seed).map((cell, index) => ({ index, cell, seed, laws }));
}

export function fastResult(laws: readonly string[], rows: readonly CellRow[]): SuiteResult {
  const ordered = rows.toSorted((a, b) => a.index - b.index || laws.indexOf(a.law) - laws.indexOf(b.law));
  const summary = regretOf(ordered);
  return {
    json: { rows: ordered.map(({ index: _, ...row }) => row), summary },
    text: (format) => fastText({ rows: ordered, summary }, format),
  };
}

export const fastSuite: Suite = {
  async run({ sets, laws, seeds, cells = DEFAULT_CELLS }, onProgress, signal) {
    if (sets !== undefined) throw new TerminalError('--set is part of --suite bench; fast takes --cells N');
    if (cells < 1 || cells > CELLS.length)
      throw new TerminalError(`--cells takes a number from 1 to ${CELLS.length}, not ${cells}`);
    const [seed = 1, ...others] = seeds;
    if (others.length > 0)
      throw new TerminalError('--suite fast takes one seed, which chooses the cells too');
    const ids = benchLaws(laws ?? FAST_LAWS).map(({ id }) => id);
    // The longest first, so that both threads end together.
    const jobs = cellJobs(cells, seed, ids).toSorted((a, b) => b.cell.scaleS - a.cell.scaleS);
    const worker = new URL('./worker.ts', import.meta.url);
    return fastResult(ids, await runJobs<CellJob, CellRow>(jobs, worker, onProgress, signal));
  },
};
