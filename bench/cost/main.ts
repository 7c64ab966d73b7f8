// bench: `npm run bench`: what a decision costs, and what the operator must reach against a Marathon. Reports; asserts nothing.

import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { decide } from '../../src/core/decide.ts';
import type { DecisionInput, DecisionMemory } from '../../src/core/decision.ts';
import { across } from '../across/handover.ts';
import { controlPlane } from '../cluster/control-plane.ts';
import { pageOfMany } from '../page/many-policies.ts';
import { rates, ratesText } from '../rates/rates.ts';
import { reality } from '../reality/reality.ts';
import { realityText } from '../reality/text.ts';
import { recorderCost } from '../record/cost.ts';
import { clients } from '../sources/clients.ts';
import { readings } from '../sources/readings.ts';
import { edits, manyPolicies } from './api.ts';
import { bounds } from './bounds.ts';
import { editsInKubernetes } from './kubernetes.ts';
import { type Figure, measureGroup, type Timing, type Work } from './measure.ts';
import { busyPool } from './pool.ts';
import { manyApps, reaction } from './reach.ts';
import { keeping } from './store.ts';
import { restInThread } from './threads.ts';

/** A pool in motion: every round is half a second later, carries its memory and reads other queues. */
function decisions(name: string, apps: number): Work<DecisionInput> {
  let round = 0;
  let memory: DecisionMemory | undefined;
  return {
    name,
    prepare: () => {
      round += 1;
      const input = busyPool(apps, round);
      return memory === undefined ? input : { ...input, memory };
    },
    run: (input) => {
      memory = decide(input).memory;
    },
  };
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

const PARSING: Work<string> = {
  name: 'parse and validate one policy',
  prepare: () => POLICY,
  run: (text) => void loadPolicies(text, 'bench'),
};

interface Machine {
  readonly cores: number;
  /** Processes that wanted to run, over the last minute: above `cores`, wall times say more about the others. */
  readonly load: number;
}

function machine(): Machine {
  return { cores: availableParallelism(), load: loadavg()[0] ?? 0 };
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

const { values, positionals } = parseArgs({
  options: { output: { type: 'string', short: 'o' }, seed: { type: 'string' } },
  allowPositionals: true,
});
if (positionals.includes('reality')) await printReality();
else if (positionals.includes('rates')) printRates();
else await printCosts();

/** Simulation beside reality. */
async function printReality(): Promise<void> {
  const result = await reality({ seeds: seedsOf(values.seed) }, new AbortController().signal);
  process.stdout.write(`${values.output === 'json' ? JSON.stringify(result) : realityText(result)}\n`);
}

/** The rates that people are shown beside the truth. */
function printRates(): void {
  const rows = rates();
  process.stdout.write(`${values.output === 'json' ? JSON.stringify(rows) : ratesText(rows)}\n`);
}

/** `3`, or `1..4`, the default. */
function seedsOf(text = '1..4'): readonly number[] {
  const [first = 1, last = first] = text.split('..').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

async function printCosts(): Promise<void> {
  const before = machine();
  const { rows, reach } = positionals.includes('bounds')
    ? { rows: [], reach: await bounds() }
    : positionals.includes('sources')
      ? { rows: [], reach: [...(await readings()), ...(await clients())] }
      : positionals.includes('clients')
        ? { rows: [], reach: await clients() }
        : positionals.includes('cluster')
          ? { rows: [], reach: await controlPlane() }
          : positionals.includes('across')
            ? { rows: [], reach: await across() }
            : positionals.includes('page')
              ? { rows: [], reach: await pageOfMany() }
              : positionals.includes('record')
                ? { rows: [], reach: await recorderCost() }
                : await everything();
  if (values.output === 'json') {
    const figures = reach.map((figure) => ({
      ...figure,
      ...(figure.limit !== undefined &&
        figure.invalid === undefined && { reached: figure.value <= figure.limit }),
    }));
    process.stdout.write(`${JSON.stringify({ machine: before, rows, reach: figures })}\n`);
  } else {
    const { cores, load } = before;
    process.stdout.write(
      `${cores} cores, load ${load.toFixed(1)}${load > cores ? ': busy, expect worse figures' : ''}\n\n`,
    );
    for (const row of rows) process.stdout.write(timingLine(row));
    process.stdout.write('\n');
    for (const figure of reach) process.stdout.write(figureLine(figure));
  }
}

async function everything(): Promise<{
  readonly rows: readonly Timing[];
  readonly reach: readonly Figure[];
}> {
  // A minute long; it hardly needs a core.
  const resting = restInThread();
  const rows = [
    ...measureGroup([
      decisions('decide, pool of 10 apps', 10),
      decisions('decide, pool of 100 apps', 100),
      decisions('decide, pool of 1,000 apps', 1_000),
    ] as readonly Work<unknown>[]),
    ...measureGroup([PARSING] as readonly Work<unknown>[]),
  ];
  const kept = keeping();
  const reach = [
    ...kept,
    ...(await reaction()),
    ...(await edits()),
    ...(await editsInKubernetes()),
    ...(await manyApps()),
    ...(await manyPolicies()),
    ...(await bounds()),
    ...(await recorderCost()),
    ...(await readings()),
    ...(await clients()),
    ...(await resting),
  ];
  return { rows, reach };
}
