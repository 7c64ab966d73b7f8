// app: `npm run bench`: what a decision, a policy and a round of wire cost. Reports; asserts nothing.

import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { decide } from '../../core/decide.ts';
import type { DecisionInput, DecisionMemory } from '../../core/decision.ts';
import { loadPolicies } from '../schema.ts';
import { busyPool } from './bench-pool.ts';

interface Row {
  readonly name: string;
  readonly runs: number;
  readonly medianUs: number;
  readonly p95Us: number;
  /** Median divided by that of the first row of its group: what holds from machine to machine. */
  readonly ratio: number;
}

const WARM_UP_MS = 300;
const MEASURE_MS = 1_500;

function measure(work: () => void): {
  readonly runs: number;
  readonly medianUs: number;
  readonly p95Us: number;
} {
  repeat(work, WARM_UP_MS);
  const samples = repeat(work, MEASURE_MS).sort((a, b) => a - b);
  const at = (share: number): number => (samples[Math.floor(samples.length * share)] ?? 0) * 1000;
  return { runs: samples.length, medianUs: at(0.5), p95Us: at(0.95) };
}

function repeat(work: () => void, forMs: number): number[] {
  const samples: number[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const startMs = performance.now();
    work();
    samples.push(performance.now() - startMs);
  }
  return samples;
}

/** A pool in motion: every round is half a second later, carries its memory and reads other queues. */
function decisions(apps: number): () => void {
  let round = 0;
  let memory: DecisionMemory | undefined;
  return () => {
    round += 1;
    const input: DecisionInput = busyPool(apps, round);
    memory = decide(memory === undefined ? input : { ...input, memory }).memory;
  };
}

/** The input alone, so that its cost can be taken off. */
function inputs(apps: number): () => void {
  let round = 0;
  return () => {
    round += 1;
    busyPool(apps, round);
  };
}

function group(works: readonly (readonly [string, () => void])[]): Row[] {
  const rows = works.map(([name, work]) => ({ name, ...measure(work) }));
  const base = rows[0]?.medianUs ?? 1;
  return rows.map((row) => ({ ...row, ratio: row.medianUs / base }));
}

const POLICY = JSON.stringify({
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name: 'bench' },
  spec: {
    capacity: { slots: 10 },
    apps: [
      {
        name: 'consumer',
        priority: 1,
        instances: { min: 1, max: 10 },
        targets: [{ queueLength: 50, metric: { random: { min: 0, max: 100, period: '10s', seed: 1 } } }],
      },
      { name: 'remainder', priority: 2, instances: { min: 1 }, remainder: { weight: 1 } },
    ],
  },
});

const { values } = parseArgs({ options: { output: { type: 'string', short: 'o' } } });
const rows = [
  ...group([
    ['decide, pool of 10 apps', decisions(10)],
    ['decide, pool of 100 apps', decisions(100)],
    ['decide, pool of 1,000 apps', decisions(1000)],
    ['(making the input of 1,000 apps, included above)', inputs(1000)],
  ]),
  ...group([['parse and validate one policy', () => void loadPolicies(POLICY, 'bench')]]),
];
if (values.output === 'json') process.stdout.write(`${JSON.stringify({ rows })}\n`);
else {
  for (const row of rows) {
    const median = `${row.medianUs.toFixed(1)} µs`.padStart(12);
    const p95 = `${row.p95Us.toFixed(1)} µs`.padStart(12);
    process.stdout.write(
      `${row.name.padEnd(50)} median ${median}  p95 ${p95}  ×${row.ratio.toFixed(1).padStart(6)}  (${row.runs} runs)\n`,
    );
  }
}
