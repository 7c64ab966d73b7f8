// One proof that the bench judges what ships: the operator on a virtual clock, with a cluster in memory and the same
// queue, asks for the same counts in the same steps as the simulator that calls `decide` directly.

import { afterEach, describe, expect, it } from 'vitest';
import { benchWorld } from '../../bench/suite/sets.ts';
import type { AppSpec } from '../../src/api/policy.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import { requireLaw, SHIPPED_LAWS } from '../../src/simulator/law/laws.ts';
import { STEP_MS } from '../../src/simulator/load/curve.ts';
import { run } from '../../src/simulator/run.ts';
import { Queue } from '../../src/simulator/world/queue.ts';
import type { AppTerms, World, WorldApp } from '../../src/simulator/world/world.ts';
import { aPolicy, World as OperatorWorld } from '../support/fakes.ts';

let operator: OperatorWorld;

afterEach(() => operator.stop());

/** A round comes a moment after the step whose count it reads begins; the simulator has it at the step's end. */
const AFTER_MS = 1;
/** With the rest of the step that is full half seconds, when there is a round anyway. */
const DELAYS = { startMs: 2_000 - STEP_MS, stopMs: 500 - STEP_MS };

function appSpec({ id, name, priority, min, max, targets, behavior, role }: AppTerms): AppSpec {
  const scaled = role === 'scaled';
  return {
    name,
    id,
    priority,
    instances: { min, max },
    behavior,
    manualScale: { action: 'Hold', holdFor: '10m' },
    adopt: true,
    envFrom: [],
    ...(scaled ? { targets } : { remainder: { weight: 1 } }),
  };
}

/** The counts asked for, by step, as the operator asks a cluster in memory for them. */
async function operated(
  apps: readonly WorldApp[],
  direct: Pick<World, 'options'>,
): Promise<ReadonlyMap<string, number[]>> {
  const { delays, steps, serviceRate, serviceSpread } = direct.options;
  const [consumer] = apps;
  const queue = new Queue(consumer!.demand!, { serviceRate, serviceSpread, heldPerInstance: 1 });
  const source: MetricSource = {
    read: async () => ({
      state: 'ok',
      waiting: queue.total,
      unsplit: { waitingAtLeast: 0, restInFlight: true },
      heldPerInstance: 1,
      asOfMs: operator.clock.now(),
    }),
    close: async () => undefined,
  };
  const fromBegin = STEP_MS - AFTER_MS;
  operator = new OperatorWorld(
    { startMs: delays.startMs + fromBegin, stopMs: delays.stopMs + fromBegin },
    { metricSourceFor: () => source },
  );
  // No need to be woken.
  operator.marathon.watch = (_, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  for (const { terms, initial } of apps) operator.marathon.others.create(terms.id, initial, {});
  await operator.after(60_000);
  operator.policies.put(
    'bench.yaml',
    aPolicy(
      'bench',
      apps.map(({ terms }) => appSpec(terms)),
      { capacity: { slots: 40 } },
    ),
  );

  const asked = new Map(apps.map(({ terms }) => [terms.id, [] as number[]]));
  for (let k = 0; k < steps; k++) {
    const seen = operator.marathon.snapshot();
    queue.step(k, seen.get(consumer!.terms.id)?.running ?? 0);
    for (const [id, counts] of asked) counts.push(seen.get(id)?.requested ?? Number.NaN);
    await operator.after(AFTER_MS);
    if (k === 0) await operator.start(0);
    await operator.after(STEP_MS - AFTER_MS);
  }
  return asked;
}

describe('the controller', () => {
  it.each([
    { load: 'on-off', seed: 3 },
    { load: 'walk', seed: 4 },
  ])('asks for the same counts as the direct drive under $load', async ({ load, seed }) => {
    const steps = 2_400;
    const options = { ...benchWorld('standard', load, seed), steps, delays: DELAYS };
    const direct = run(requireLaw(SHIPPED_LAWS, 'fluid-inflight'), options);
    const asked = await operated(options.apps, direct);
    expect(direct.members).toHaveLength(options.apps.length);
    for (const { terms, series } of direct.members) {
      expect(asked.get(terms.id)).toEqual([...series.requested]);
      expect(new Set(series.requested).size).toBeGreaterThan(5);
    }
  });
});
