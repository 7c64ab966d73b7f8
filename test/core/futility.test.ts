import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppDecision, DecisionMemory } from '../../src/core/decision.ts';
import { aBehavior, anInput, aQueue, aScaled, observed, T0 } from '../support/builders.ts';
import { poisson, seeded } from '../support/seeded.ts';

/** Ten minutes of 40/s where all together get 15/s done, a round a second; a change takes two. */
function overloaded(
  behavior: Parameters<typeof aBehavior>[0],
  over: Partial<Parameters<typeof aScaled>[2]> = {},
  isReadable: (second: number) => boolean = () => true,
) {
  const random = seeded(4);
  const decisions: AppDecision[] = [];
  let memory: DecisionMemory | undefined;
  let n = 4;
  let serving = n;
  let changed = 0;
  let q = 0;
  for (let second = 0; second < 1_500; second++) {
    const nowMs = T0 + 1000 * second;
    if (second >= changed + 2) serving = n;
    q += poisson(random, second < 100 ? 12 : 40);
    q -= Math.min(q, poisson(random, Math.min(15, 5 * Math.min(q, serving))));
    const app = aScaled('a', n, {
      max: 10,
      behavior: aBehavior(behavior),
      targets: [{ queueLength: 50, metric: aQueue, algorithm: { type: 'Fluid' } }],
      readings: [
        isReadable(second)
          ? {
              state: 'ok',
              asOfMs: nowMs,
              waiting: q,
              unsplit: { waitingAtLeast: 0, restInFlight: true },
              heldPerInstance: 1,
            }
          : { state: 'unavailable', reason: 'refused', sinceMs: nowMs },
      ],
      observed: observed(n, {
        id: '/a',
        running: serving,
        ready: serving,
        staging: Math.max(0, n - serving),
      }),
      ...over,
    });
    const decision = decide(
      anInput([app], { nowMs, budget: { kind: 'slots', slots: 12 }, ...(memory && { memory }) }),
    );
    memory = decision.memory;
    const [decided] = decision.apps;
    if (decided === undefined) throw new Error('not decided');
    decisions.push(decided);
    if (decided.to !== n) {
      changed = second;
      n = decided.to;
      serving = Math.min(serving, n);
    }
  }
  return decisions;
}

const limited = (decisions: readonly AppDecision[]) =>
  decisions.filter(({ limitedBy }) => limitedBy === 'futility');

describe('an app whose instances share a limit', () => {
  it('keeps no more than are of use, and explains it with numbers', () => {
    const [first] = limited(overloaded({ futility: 'Detect' }));
    expect(first?.wanted).toBeLessThanOrEqual(6);
    const step = first?.steps.find(({ rule }) => rule === 'futility');
    expect(step).toMatchObject({ after: first?.wanted });
    expect(first?.summary).toContain('/s could be expected; more are tried in');
  });

  it('is told what one more or fewer would mean only while its count is not held back', () => {
    const names = ['missChance', 'waitingWithOneFewer', 'waitingWithOneMore', 'missChanceWithOneMore'];
    const told = ({ figures }: AppDecision) => names.filter((name) => name in figures);
    const algorithm = { type: 'Fluid', fluid: { serviceRate: 5 } } as const;
    const targets = [{ queueLength: 50, metric: aQueue, algorithm }];
    const decisions = overloaded({ futility: 'Detect' }, { targets });
    const held = decisions.filter(({ steps }) => steps.some(({ rule }) => rule === 'futility'));
    expect(held.length).toBeGreaterThan(0);
    expect(held.flatMap(told)).toEqual([]);
    const why = { none: expect.stringMatching(/^its law wants \d+, and futility keeps it at \d+$/) };
    expect(held.map(({ alternativesOf }) => alternativesOf)).toEqual(held.map(() => why));
    expect(held.every(({ figures }) => figures['waiting'] !== undefined)).toBe(true);
    expect(decisions.flatMap(told)).toEqual(expect.arrayContaining(names));
  });

  it('does not forget what is of no use while its queue cannot be read', () => {
    const known = overloaded({ futility: 'Detect' });
    const from = known.findIndex(({ limitedBy }) => limitedBy === 'futility') + 5;
    const decisions = overloaded({ futility: 'Detect' }, {}, (second) => second < from || second > from + 3);
    expect(decisions[from]?.limitedBy).toBe('metric');
    expect(decisions[from + 4]).toMatchObject({ limitedBy: 'futility', to: known[from]?.to });
  });

  it('gets all that its law wants with Ignore', () => {
    const decisions = overloaded({ futility: 'Ignore' });
    expect(limited(decisions)).toEqual([]);
    expect(decisions.slice(200).every(({ to }) => to === 10)).toBe(true);
  });

  it('keeps what a person ordered', () => {
    const override = { instances: 9, reason: 'by hand' };
    const decisions = overloaded({ futility: 'Detect' }, { override });
    expect(decisions.slice(10).every(({ to }) => to === 9)).toBe(true);
  });

  it('obeys a scaleDown that is disabled', () => {
    const scaleDown = { ...aBehavior().scaleDown, selectPolicy: 'Disabled' as const };
    const decisions = overloaded({ futility: 'Detect', scaleDown });
    const tos = decisions.map(({ to }) => to);
    expect(tos.every((to, i) => i === 0 || to >= tos[i - 1]!)).toBe(true);
  });
});
