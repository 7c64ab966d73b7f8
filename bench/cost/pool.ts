// bench: a pool in motion: nine scaled apps and a remainder in every ten.

import type { AppInput, DecisionInput } from '../../src/core/decision.ts';
import type { AppObservation, MetricReading } from '../../src/core/observation.ts';
import { BEHAVIOR } from '../terms.ts';

const ROUND_MS = 500;
const START_MS = 1_800_000_000_000;
const PER_APP = 4;

type Terms = Omit<AppInput, 'readings' | 'observed'>;

/** As in the operator: what a policy says is made once, what was seen is made in every round. */
const policies = new Map<number, readonly Terms[]>();

export function busyPool(apps: number, round: number): DecisionInput {
  const nowMs = START_MS + round * ROUND_MS;
  const terms =
    policies.get(apps) ?? Array.from({ length: apps }, (_, i) => (i % 10 === 9 ? remainder(i) : scaled(i)));
  policies.set(apps, terms);
  return {
    budget: { kind: 'slots', slots: apps * PER_APP },
    apps: terms.map((each, i) => ({
      ...each,
      readings: each.role === 'scaled' ? [readingOf(i, { round, nowMs })] : [],
      observed: observation(i),
    })),
    nowMs,
  };
}

function readingOf(i: number, { round, nowMs }: { round: number; nowMs: number }): MetricReading {
  const waiting = Math.round(60 + 55 * Math.sin((round + i * 7) / 20));
  return { state: 'ok', waiting, inFlight: 3, heldPerInstance: 1, asOfMs: nowMs };
}

function scaled(i: number): Terms {
  return {
    ...common(i),
    role: 'scaled',
    priority: 1 + (i % 3),
    targets: [
      {
        queueLength: 50,
        metric: {
          azureStorageQueue: { queueName: 'bench', count: 'Waiting', inFlightPerInstance: 1 },
        },
        algorithm: { type: 'Fluid' },
      },
    ],
  };
}

function remainder(i: number): Terms {
  return { ...common(i), role: 'remainder', priority: 9, targets: [] };
}

function common(i: number): Omit<Terms, 'role' | 'priority' | 'targets'> {
  return {
    id: `/bench/app-${i}`,
    name: `app-${i}`,
    min: 1,
    max: 10,
    weight: 1,
    behavior: BEHAVIOR,
    footprint: { cpus: 0.1, mem: 64, disk: 0, gpus: 0 },
    countsAgainstBudget: true,
  };
}

function observation(i: number): AppObservation {
  return {
    id: `/bench/app-${i}`,
    requested: PER_APP,
    running: PER_APP,
    staging: 0,
    killing: 0,
    unreachable: 0,
    ready: PER_APP,
    waiting: 0,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: Array.from({ length: PER_APP }, (_, n) => ({
      id: `bench_app-${i}.${n}`,
      phase: 'running' as const,
      stagedAtMs: START_MS - 60_000,
      startedAtMs: START_MS - 58_000,
    })),
    operations: [],
    definition: {},
  };
}
