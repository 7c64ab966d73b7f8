import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../src/api/policy.ts';
import { decide } from '../../../src/core/decide.ts';
import type { AppDecision, DecisionMemory } from '../../../src/core/decision.ts';
import { anInput, aQueue, aScaled, exactly, observed, queueTarget, T0 } from '../../support/builders.ts';

const SERVICE = 5;
const ARRIVALS = 12;
const INSTANCES = 2;

interface Past {
  readonly decisions: readonly AppDecision[];
  readonly memory: DecisionMemory;
}

/** A queue that grows, read twice a second by a source that counts what came: two instances work off 5/s each. */
function overloaded(...targets: readonly TargetSpec[]): Past {
  const decisions: AppDecision[] = [];
  let memory = decide(anInput([])).memory;
  for (let k = 0; k <= 80; k++) {
    const nowMs = T0 + k * 500;
    const waiting = 40 + (k * (ARRIVALS - INSTANCES * SERVICE)) / 2;
    const arrivedTotal = (k * ARRIVALS) / 2;
    const reading = { state: 'ok', waiting, inFlight: INSTANCES, heldPerInstance: 1, arrivedTotal } as const;
    const app = aScaled('a', INSTANCES, {
      max: 20,
      targets,
      readings: targets.map(() => ({ ...reading, asOfMs: nowMs })),
      observed: observed(INSTANCES),
      held: { instances: INSTANCES, reason: 'a person did' },
    });
    const decision = decide(anInput([app], { budget: { kind: 'slots', slots: 30 }, nowMs, memory }));
    memory = decision.memory;
    decisions.push(...decision.apps);
  }
  return { decisions, memory };
}

const KEPT_BESIDE = new Set(['estimate', 'bank', 'growth', 'season', 'intervalS']);

const { queueLength: _, ...shared } = exactly;
const laws = [
  { name: 'Queue', target: queueTarget(50, 'Queue', aQueue) },
  { name: 'SimpleQueue', target: queueTarget(50, 'SimpleQueue', aQueue) },
  { name: 'perInstance', target: { ...shared, perInstance: 20 } },
] as const;

describe.each(laws)('beside $name', ({ target }) => {
  const { decisions, memory } = overloaded(target);
  const last = decisions.at(-1);
  const figures = last?.figures ?? {};

  it('the rates are told once they are known, and the reason stays its own', () => {
    expect(decisions[1]?.figures).not.toHaveProperty('servicePerS');
    expect(figures['servicePerS']).toBeGreaterThan(0.75 * SERVICE);
    expect(figures['servicePerS']).toBeLessThan(1.25 * SERVICE);
    expect(last?.steps[0]?.reason).not.toContain('/s');
  });

  it('one fewer means a longer queue, and one more a smaller chance to miss the target', () => {
    const { missChance = 0, missChanceWithOneFewer = 0, missChanceWithOneMore = 1 } = figures;
    expect(figures['waitingWithOneFewer']).toBeGreaterThanOrEqual(figures['waitingWithOneMore'] ?? Infinity);
    expect(missChanceWithOneFewer).toBeGreaterThanOrEqual(missChance);
    expect(missChance).toBeGreaterThanOrEqual(missChanceWithOneMore);
    expect(missChanceWithOneFewer).toBeGreaterThan(missChanceWithOneMore);
  });

  it('nothing is wanted otherwise than with a memory of before the rates were kept', () => {
    const text = JSON.stringify(memory);
    expect(text).toContain('"bank"');
    const old: DecisionMemory = JSON.parse(text, (key, value) => (KEPT_BESIDE.has(key) ? undefined : value));
    const nowMs = T0 + 41_000;
    const app = aScaled('a', INSTANCES, {
      max: 20,
      targets: [target],
      readings: [{ state: 'ok', waiting: 130, asOfMs: nowMs }],
      observed: observed(INSTANCES),
    });
    const wanted = [memory, old].map(
      (before) => decide(anInput([app], { nowMs, memory: before })).apps[0]?.wanted,
    );
    expect(wanted[0]).toBe(wanted[1]);
  });
});

describe('of several targets', () => {
  it('those of laws without rates are told none: an app’s memory stays small', () => {
    const { decisions } = overloaded(
      queueTarget(50, 'Queue', aQueue),
      queueTarget(50, 'SimpleQueue', aQueue),
    );
    expect(decisions.at(-1)?.figures).not.toHaveProperty('missChance');
  });
});
