import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppDecision, AppInput, DecisionMemory } from '../../src/core/decision.ts';
import { lastingOf, movedLasting, resume } from '../../src/core/lasting.ts';
import { anInput, aQueue, aScaled, aTotal, notRead, observed, T0 } from '../support/builders.ts';

const objective = { withinTarget: '95%', per: '1h' };

function consumer(waiting: number | undefined, atMs: number, n = 3): AppInput {
  return aScaled('a', n, {
    max: 20,
    targets: [{ queueLength: 50, metric: aQueue, algorithm: { type: 'Fluid' }, objective }],
    readings: [waiting === undefined ? notRead() : aTotal(waiting, { asOfMs: atMs })],
    observed: observed(n, { id: '/a' }),
  });
}

interface Seen {
  readonly decision: AppDecision;
  readonly memory: DecisionMemory;
}

/** Rounds of a second each, from `fromS` on. */
function run(waiting: readonly (number | undefined)[], fromS = 0, memory?: DecisionMemory): Seen {
  let seen: Seen | undefined;
  for (const [i, each] of waiting.entries()) {
    const nowMs = T0 + 1000 * (fromS + i);
    const before = seen?.memory ?? memory;
    const { apps, memory: after } = decide(
      anInput([consumer(each, nowMs)], {
        nowMs,
        budget: { kind: 'slots', slots: 20 },
        ...(before && { memory: before }),
      }),
    );
    seen = { decision: apps[0]!, memory: after };
  }
  return seen!;
}

const state = ({ decision }: Seen) => decision.objectives?.[0];
const over = (seconds: number) => Array<number>(seconds).fill(400);
const within = (seconds: number) => Array<number>(seconds).fill(3);

describe('a target with an objective', () => {
  it('accounts for the time above it', () => {
    const seen = run([...over(60), ...within(60)]);
    expect(state(seen)).toMatchObject({ allowed: 0.05, knownMs: 119_000, aboveMs: 60_000 });
  });

  it('knows nothing of the time in which its metric cannot be read', () => {
    const seen = run([...within(30), ...Array<undefined>(60).fill(undefined), ...within(30)]);
    expect(state(seen)?.knownMs).toBeLessThan(75_000);
    expect(state(seen)?.aboveMs).toBe(0);
  });

  it('is missed less, the more of its budget is spent', () => {
    const spent = run([...over(600), ...within(1)]);
    const fresh = run(within(601));
    expect(state(spent)!.missTolerance).toBeLessThan(state(fresh)!.missTolerance);
  });

  it('keeps its account while the app is left to people', () => {
    const { memory } = run([...over(60), ...within(1)]);
    const nowMs = T0 + 70_000;
    const paused = { ...consumer(3, nowMs), role: 'fixed' as const, targets: [], readings: [] };
    const rested = decide(anInput([paused], { nowMs, memory })).memory;
    const seen = run(within(2), 100, rested);
    expect(state(seen)).toMatchObject({ aboveMs: 60_000 });
    expect(state(seen)!.knownMs).toBeLessThan(62_000);
  });

  it('keeps its account over a restart, to the second', () => {
    const { memory } = run([...over(90), ...within(30)]);
    const stored: unknown = JSON.parse(JSON.stringify(movedLasting(lastingOf(memory), 5_000)));
    const nowMs = T0 + 200_000;
    const back = resume(stored, { savedAtMs: nowMs, nowMs, wallAheadMs: 5_000 });
    const seen = run(within(1), 200, back);
    expect(state(seen)).toMatchObject({ aboveMs: 90_000, knownMs: 60_000 });
  });

  it('starts a new account where the stored one cannot be read', () => {
    const raw = { version: 1, apps: { '/a': { laws: [null], accounts: [{ spans: 'x' }] } } };
    const seen = run(within(2), 0, resume(raw, { savedAtMs: T0, nowMs: T0 }));
    expect(state(seen)).toMatchObject({ aboveMs: 0, knownMs: 1_000 });
  });

  it('has no account without an objective', () => {
    const nowMs = T0;
    const plain = {
      ...consumer(3, nowMs),
      targets: [{ queueLength: 50, metric: aQueue, algorithm: { type: 'Fluid' as const } }],
    };
    const { apps, memory } = decide(anInput([plain], { nowMs }));
    expect(apps[0]).not.toHaveProperty('objectives');
    expect(JSON.stringify(lastingOf(memory))).not.toContain('accounts');
  });
});
