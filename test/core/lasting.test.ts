import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppInput, Decision, DecisionMemory } from '../../src/core/decision.ts';
import { type LastingMemory, lastingOf, resume } from '../../src/core/lasting.ts';
import { statesIn } from '../../src/core/memory.ts';
import { anInput, aQueue, aRemainder, aScaled, aTotal, notRead, observed, T0 } from '../support/builders.ts';

const ROUND_MS = 1_000;
const ROUNDS = 900;
const SERVICE = 4;
const HOUR_MS = 3_600_000;

/** A consumer of which `n` instances serve, with `waiting` messages; what is in flight says that they all work. */
function consumer(n: number, waiting: number, atMs: number): AppInput {
  return aScaled('a', n, {
    max: 20,
    targets: [
      {
        queueLength: 50,
        metric: aQueue,
        algorithm: { type: 'Fluid', fluid: { serviceRate: 1, season: '10m' } },
      },
    ],
    readings: [aTotal(waiting, { asOfMs: atMs })],
    observed: observed(n, { id: '/a' }),
  });
}

/** A pool that has run for a while, under a load that changes every minute; the law decides how many serve. */
function seasoned(): DecisionMemory {
  let memory: DecisionMemory | undefined;
  let waiting = 100;
  let n = 5;
  let serving = n;
  for (let i = 0; i < ROUNDS; i++) {
    const nowMs = T0 + i * ROUND_MS;
    // Far enough apart that what comes and what is served can be told from each other.
    const arrivals = Math.floor(i / 60) % 2 === 0 ? 12 : 36;
    const left = waiting + (arrivals - SERVICE * serving) * (ROUND_MS / 1000);
    // Those that are worked on are there, too (Little's law).
    waiting = Math.max(Math.min(serving, arrivals / SERVICE), left);
    serving = n;
    const decision = decide(
      anInput([consumer(n, Math.round(waiting), nowMs)], {
        nowMs,
        budget: { kind: 'slots', slots: 20 },
        ...(memory && { memory }),
      }),
    );
    memory = decision.memory;
    n = decision.apps[0]?.to ?? n;
  }
  if (memory === undefined) throw new Error('no rounds');
  return memory;
}

const made = seasoned();
const savedAtMs = T0 + ROUNDS * ROUND_MS;
const kept = JSON.parse(JSON.stringify(lastingOf(made))) as LastingMemory;

function first(goneMs: number, app = consumer(5, 900, savedAtMs + goneMs), raw: unknown = kept): Decision {
  const nowMs = savedAtMs + goneMs;
  const memory = resume(raw, { savedAtMs, nowMs });
  return decide(anInput([app], { nowMs, ...(memory && { memory }) }));
}

describe('the memory of a pool over a restart', () => {
  it('is small, and the same text while nothing is learned', () => {
    expect(JSON.stringify(kept).length).toBeLessThan(1_500);
    const again = decide(anInput([consumer(5, 0, T0)], { nowMs: savedAtMs + 10, memory: made })).memory;
    expect(again).not.toEqual(made);
    expect(lastingOf(again).apps['/a']?.laws).toEqual(lastingOf(made).apps['/a']?.laws);
  });

  it('knows what an instance gets done', () => {
    expect(first(1_000).apps[0]?.figures['servicePerS']).toBeCloseTo(SERVICE, 0);
    expect(decide(anInput([consumer(5, 900, T0)])).apps[0]?.figures['servicePerS']).toBe(1);
  });

  it('comes through any number of restarts', () => {
    const nowMs = savedAtMs + 1_000;
    const once = resume(kept, { savedAtMs, nowMs });
    const again = resume(lastingOf(once ?? made), { savedAtMs: nowMs, nowMs });
    expect(lastingOf(again ?? made).apps['/a']?.laws[0]?.service?.rate).toBe(
      kept.apps['/a']?.laws[0]?.service?.rate,
    );
  });

  it.each([0, 1_000, 60_000, HOUR_MS, 100 * HOUR_MS, -HOUR_MS])(
    'leaves the counts alone in the first decision, %d ms later',
    (goneMs) => {
      expect(first(goneMs).apps[0]).toMatchObject({ from: 5, to: 5 });
      const empty = consumer(9, 0, savedAtMs + goneMs);
      expect(first(goneMs, empty).apps[0]).toMatchObject({ from: 9, to: 9 });
    },
  );

  it('keeps every count while the metric has not been read, and then goes on at once', () => {
    const nowMs = savedAtMs + 1_000;
    const unread = { ...consumer(5, 0, nowMs), readings: [notRead({ sinceMs: nowMs })] };
    const apps = [unread, aRemainder('rest', 2)];
    const memory = resume(kept, { savedAtMs, nowMs });
    let decision = decide(anInput(apps, { nowMs, ...(memory && { memory }) }));
    for (let i = 1; i < 5; i++) {
      decision = decide(anInput(apps, { nowMs: nowMs + i * ROUND_MS, memory: decision.memory }));
      expect(decision.apps.map(({ to }) => to)).toEqual([5, 2]);
    }
    const later = nowMs + 5 * ROUND_MS;
    const read = decide(
      anInput([consumer(5, 900, later), aRemainder('rest', 2)], { nowMs: later, memory: decision.memory }),
    );
    expect(read.apps[0]?.granted).toBeGreaterThan(5);
    expect(read.apps[0]?.figures['servicePerS']).toBeGreaterThan(2);
  });

  it('forgets within the hour what an instance gets done, as the filter itself would', () => {
    expect(first(HOUR_MS).apps[0]?.figures['servicePerS']).toBe(1);
    expect(first(-1_000).apps[0]?.figures['servicePerS']).toBe(1);
  });

  it('lets the next launch alone say how long one takes, after an hour', () => {
    const seen = (goneMs: number): number | undefined => {
      const memory = resume(
        { version: 1, apps: { '/a': { laws: [], deadTime: { ms: 8_000, seen: 9 } } } },
        { savedAtMs, nowMs: savedAtMs + goneMs },
      );
      return statesIn(memory)('/a')?.launches?.seen;
    };
    expect(seen(HOUR_MS)).toBe(9);
    expect(seen(HOUR_MS + 1)).toBe(0);
  });

  it('keeps how long the latest launches took, for an hour', () => {
    const took = (goneMs: number, kept: unknown = [2_000, 9_100]): unknown => {
      const raw = { version: 1, apps: { '/a': { laws: [], deadTime: { ms: 8_000, seen: 9, took: kept } } } };
      const memory = resume(raw, { savedAtMs, nowMs: savedAtMs + goneMs });
      return memory && lastingOf(memory).apps['/a']?.deadTime?.took;
    };
    expect(took(HOUR_MS)).toEqual([2_000, 9_100]);
    expect(took(HOUR_MS + 1)).toBeUndefined();
    expect(took(0, [1, 'x'])).toBeUndefined();
  });

  it('keeps how long needs last, rounded', () => {
    const memory = resume(
      {
        version: 1,
        apps: { '/a': { laws: [], lulls: [3.456, 40.2] }, '/b': { laws: [], lulls: [1, -2] } },
      },
      { savedAtMs, nowMs: savedAtMs + HOUR_MS },
    );
    expect(statesIn(memory)('/a')?.behavior.lulls).toEqual([3.456, 40.2]);
    expect(statesIn(memory)('/b')?.behavior.lulls).toBeUndefined();
    expect(memory && lastingOf(memory).apps['/a']).toMatchObject({ lulls: [3.5, 40] });
  });

  it('keeps the profile of the season; after a day it has to prove itself anew', () => {
    const season = { profile: new Array(60).fill(7), profileError: 0.1, persistenceError: 9, compared: 60 };
    const raw = { version: 1, apps: { '/a': { laws: [{ season }] } } };
    const comparedAfter = (goneMs: number): unknown => {
      const law = statesIn(resume(raw, { savedAtMs, nowMs: savedAtMs + goneMs }))('/a')?.laws[0];
      return law?.law === 'Fluid' && 'learned' in law ? law.learned.season : undefined;
    };
    expect(comparedAfter(HOUR_MS)).toMatchObject({ compared: 60, profile: season.profile });
    expect(comparedAfter(25 * HOUR_MS)).toMatchObject({ compared: 0, profile: season.profile });
  });

  it('still counts what was changed before, for policies with a period', () => {
    const behavior = {
      ...consumer(5, 900, T0).behavior,
      scaleUp: {
        stabilizationWindowSeconds: 0,
        policies: [{ type: 'Instances' as const, value: 2, periodSeconds: 600 }],
        selectPolicy: 'Max' as const,
        tolerance: 0,
      },
    };
    const app = (atMs: number, n: number): AppInput => ({ ...consumer(n, 900, atMs), behavior });
    const start = decide(anInput([app(T0, 5)]));
    const risen = decide(anInput([app(T0 + 500, 5)], { nowMs: T0 + 500, memory: start.memory }));
    expect(risen.apps[0]?.to).toBe(7);
    const nowMs = T0 + 60_000;
    const memory = resume(lastingOf(risen.memory), { savedAtMs: T0 + 500, nowMs });
    const back = decide(anInput([app(nowMs, 7)], { nowMs, ...(memory && { memory }) }));
    const next = decide(anInput([app(nowMs + 500, 7)], { nowMs: nowMs + 500, memory: back.memory }));
    expect(next.apps[0]?.to).toBe(7);
  });
});

describe('a stored memory that cannot be read', () => {
  it.each([
    ['nothing', undefined],
    ['a number', 7],
    ['another version', { ...kept, version: 2 }],
    ['no apps', { version: 1 }],
    ['a list of apps', { version: 1, apps: [] }],
  ])('is no memory: %s', (_, raw) => {
    expect(statesIn(resume(raw, { savedAtMs, nowMs: savedAtMs }))('/a')).toBeUndefined();
  });

  it('never breaks a decision, whatever it is', () => {
    const junk = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, -1, 0, 1e308, 'x', T0, 1),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            ...[
              'service',
              'rate',
              'doubt',
              'season',
              'profile',
              'ms',
              'seen',
              'backingOff',
              'short',
              'dueMs',
            ],
          ),
          tie('value'),
        ),
      ),
    })).value;
    const key = fc.constantFrom(
      'laws',
      'deadTime',
      'lulls',
      'added',
      'removed',
      'yielded',
      'raisedAtMs',
      'trouble',
    );
    fc.assert(
      fc.property(fc.dictionary(key, junk), fc.integer({ min: -1e12, max: 1e12 }), (app, goneMs) => {
        const decision = first(goneMs, undefined, { version: 1, apps: { '/a': app } });
        expect(decision.apps[0]?.to).toBe(5);
        const nowMs = savedAtMs + goneMs + 500;
        const next = decide(anInput([consumer(5, 900, nowMs)], { nowMs, memory: decision.memory }));
        expect(Number.isInteger(next.apps[0]?.to)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
