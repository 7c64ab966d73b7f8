// bench: what the flight recorder costs: processor time and disk, of ten busy apps and of ten at rest, in virtual time.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { createOperator } from '../../src/controller/operator.ts';
import { decide } from '../../src/core/decide.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import { createInlineSource } from '../../src/policy-sources/inline/index.ts';
import { DEFAULT_BOUNDS, FlightRecorder } from '../../src/recorder/recorder.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { seededAt } from '../../src/runtime/random.ts';
import { createMemoryScheduler } from '../../src/schedulers/memory/index.ts';
import type { Figure } from '../cost/measure.ts';

const APPS = 10;
const LASTS_MS = 40 * 60_000;
const DAY_MS = 24 * 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

/** Nine apps with queues and a remainder at 500 ms. */
const POLICY = JSON.stringify({
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name: 'bench' },
  spec: {
    interval: '500ms',
    capacity: { slots: 4 * APPS },
    apps: Array.from({ length: APPS }, (_, i) => ({
      name: `app-${i}`,
      priority: 1 + (i % 3),
      instances: { min: 1, max: 10 },
      app: { cmd: 'work', cpus: 0.1, mem: 64 },
      ...(i === APPS - 1
        ? { priority: 9, instances: { min: 1 }, remainder: { weight: 1 } }
        : { targets: [{ queueLength: 50, metric: { random: { min: 0, max: 9, period: '1s', seed: i } } }] }),
    })),
  },
});

export async function recorderCost(): Promise<readonly Figure[]> {
  const busy = await cost('busy');
  const atRest = await cost('at rest');
  const of = `${APPS} apps at 500 ms`;
  return [
    { name: 'record: processor, busy', value: busy.cores * 100, unit: '% of a core', limit: 1, note: of },
    { name: 'record: disk, busy', value: busy.mbADay, unit: 'MB a day', limit: 100, note: of },
    {
      name: 'record: processor, at rest',
      value: atRest.cores * 100,
      unit: '% of a core',
      limit: 1,
      note: of,
    },
    { name: 'record: disk, at rest', value: atRest.mbADay, unit: 'MB a day', limit: 100, note: of },
  ];
}

type Load = 'busy' | 'at rest';

/** The same operator with a recorder and without one: the difference is the recorder's. */
async function cost(load: Load): Promise<{ readonly cores: number; readonly mbADay: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'microscaling-bench-'));
  try {
    await operate(load, undefined);
    const withoutMs = await operate(load, undefined);
    const withMs = await operate(load, folder);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    return {
      cores: Math.max(0, withMs - withoutMs) / LASTS_MS,
      mbADay: (bytes / 1e6) * (DAY_MS / LASTS_MS),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns ms of processor time, those of the compressing threads included */
async function operate(load: Load, folder: string | undefined): Promise<number> {
  const clock = new VirtualClock(START_MS);
  const scheduler = createMemoryScheduler({ startMs: 2_000, stopMs: 500 }, { clock });
  const recorder =
    folder === undefined
      ? undefined
      : new FlightRecorder(
          { folder, bounds: DEFAULT_BOUNDS, version: '0' },
          { clock, log: silentLogger, redact: (text) => text },
        );
  const operator = createOperator({
    clock,
    log: silentLogger,
    random: () => 0,
    sources: [createInlineSource({ text: POLICY, place: 'bench' }, { load: loadPolicies })],
    schedulerFor: () => scheduler,
    metricSourceFor: ({ random }) => queueOf(clock, load, Number((random as { readonly seed: number }).seed)),
    describeMetric: () => 'queue',
    decide,
    version: '0',
    ...(recorder && { recorder }),
  });
  const stop = new AbortController();
  const before = process.cpuUsage();
  const running = operator.run(stop.signal);
  const recording = recorder?.run(stop.signal);
  await clock.advance(LASTS_MS);
  const { stats, problems } = operator.state.view();
  if (stats.rounds < LASTS_MS / 1_000)
    throw new Error(`only ${stats.rounds} rounds: ${JSON.stringify(problems)}`);
  stop.abort(new Error('the benchmark is over'));
  await Promise.all([running, recording]);
  if (folder !== undefined) await compressedRest(folder, clock);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** What the next process does with what this one leaves. */
async function compressedRest(folder: string, clock: VirtualClock): Promise<void> {
  const next = new FlightRecorder(
    { folder, bounds: DEFAULT_BOUNDS, version: '0' },
    { clock, log: silentLogger, redact: (text) => text },
  );
  await next.run(AbortSignal.abort());
}

function queueOf(clock: VirtualClock, load: Load, seed: number): MetricSource {
  let arrived = 0;
  let reads = 0;
  return {
    read: async () => {
      const asOfMs = clock.monotonic();
      if (load === 'at rest') return { state: 'ok', asOfMs, waiting: 0, inFlight: 0, arrivedTotal: 0 };
      const wave = 60 + 55 * Math.sin(asOfMs / 9_000 + seed);
      const waiting = Math.round(wave + 10 * seededAt(seed, reads++));
      arrived += Math.round(10 * seededAt(seed + 100, reads));
      return { state: 'ok', asOfMs, waiting, inFlight: waiting % 5, arrivedTotal: arrived };
    },
    close: async () => undefined,
  };
}
