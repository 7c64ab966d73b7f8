import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { DecisionMemory } from '../../src/core/decision.ts';
import { statesIn } from '../../src/core/memory.ts';
import { anInput, aQueue, aScaled, aTotal, observed, queueTarget, T0 } from '../support/builders.ts';

const app = aScaled('a', 5, {
  targets: [queueTarget(50, 'Fluid', aQueue)],
  readings: [aTotal(200)],
  observed: observed(5, { running: 3 }),
});
const made = decide(anInput([app])).memory;

/** The memory as a store gives it back, after `change`. */
function stored(change: (memory: Record<string, never> & { apps: Record<string, unknown>[] }) => void) {
  const copy = JSON.parse(JSON.stringify(made));
  change(copy);
  return copy as DecisionMemory;
}

describe('memory', () => {
  it('comes back from a store', () => {
    expect(statesIn(stored(() => undefined))('/a')).toEqual(JSON.parse(JSON.stringify(made.apps[0])));
  });

  it('knows nothing of others', () => {
    expect(statesIn(made)('/b')).toBeUndefined();
    expect(statesIn(made)('constructor')).toBeUndefined();
    expect(statesIn(undefined)('/a')).toBeUndefined();
  });

  it('knows everybody, whatever the order in which they are asked for', () => {
    const b = aScaled('b', 2);
    const both = decide(anInput([app, b])).memory;
    for (const ids of [
      ['/a', '/b'],
      ['/b', '/a'],
      ['/b', '/b', '/a', '/a'],
      ['/x', '/a', '/b'],
    ]) {
      const stateOf = statesIn(both);
      expect(ids.map((id) => stateOf(id)?.id)).toEqual(ids.map((id) => (id === '/x' ? undefined : id)));
    }
  });

  it.each([
    { name: 'memory of another version', change: (m) => Object.assign(m, { version: 3 }) },
    { name: 'an app whose state is a number', change: (m) => Object.assign(m.apps, [7]) },
    { name: 'an app without its list of laws', change: (m) => delete m.apps[0]!['laws'] },
    { name: 'a law whose state is a number', change: (m) => Object.assign(m.apps[0]!, { laws: [3] }) },
    {
      name: 'a number that JSON cannot hold',
      change: (m) => Object.assign(m.apps[0]!['launches']!, { ready: [null, 1] }),
    },
    {
      name: 'a number in the place of a list',
      change: (m) => Object.assign(m.apps[0]!, { behavior: { needs: 'x' } }),
    },
    {
      name: 'a time without its value',
      change: (m) => Object.assign(m.apps[0]!, { behavior: { needs: [T0, 5, T0] } }),
    },
    {
      name: 'rates as an earlier version kept them',
      change: (m) =>
        Object.assign(m.apps[0]!, { laws: [{ law: 'Fluid', bank: { supposed: [], counted: 0 } }] }),
    },
    {
      name: 'an object nested twenty deep',
      change: (m) => Object.assign(m.apps[0]!, { trouble: nest(20) }),
    },
  ] satisfies { name: string; change: Parameters<typeof stored>[0] }[])(
    'is refused with $name',
    ({ change }) => {
      const broken = stored(change);
      expect(statesIn(broken)('/a')).toBeUndefined();
      // and the decision is then the one after a start: it holds what is there
      expect(decide(anInput([app], { nowMs: T0 + 500, memory: broken })).apps[0]?.to).toBe(5);
    },
  );

  function nest(depth: number): unknown {
    return depth === 0 ? 1 : { deeper: nest(depth - 1) };
  }
});
