// Whatever keeps an app from what it wants is a step with its numbers, and says when it is tried again.

import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppDecision, AppInput, Decision } from '../../src/core/decision.ts';
import { aBehavior, absent, anInput, aRemainder, aScaled, observed, T0 } from '../support/builders.ts';

const FULL = [
  { reason: 'NoRoom', text: 'InsufficientCpus' },
  { reason: 'NotPlaced', text: 'DeclinedScarceResources' },
] as const;

/** Rounds one second apart over `seconds`, of apps that depend on what was decided for them. */
function decidedAfter(
  seconds: number,
  apps: (counts: (id: string) => number) => readonly AppInput[],
  slots = 6,
): Decision {
  let last: Decision | undefined;
  const counts = (id: string): number => last?.apps.find((app) => app.id === id)?.to ?? Number.NaN;
  for (let s = 0; s <= seconds || last === undefined; s++) {
    const memory: Decision['memory'] | undefined = last?.memory;
    const input = {
      budget: { kind: 'slots', slots } as const,
      nowMs: T0 + s * 1000,
      ...(memory && { memory }),
    };
    last = decide(anInput(apps(counts), input));
  }
  return last;
}

function of(decision: Decision, id: string): AppDecision {
  const found = decision.apps.find((app) => app.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

const lastStep = (app: AppDecision) => app.steps.at(-1);

describe('a cluster that somebody else fills', () => {
  it('makes a remainder smaller, and says for whom and until when', () => {
    const decision = decidedAfter(8, (counts) => {
      const left = counts('/rest');
      return [
        aScaled('work', 4, {
          wants: 4,
          observed: observed(4, { id: '/work', running: 2, waiting: 2, waitingFor: FULL }),
        }),
        aRemainder('rest', Number.isNaN(left) ? 2 : left, { min: 0 }),
      ];
    });
    const rest = of(decision, '/rest');
    expect(rest).toMatchObject({ granted: 0, limitedBy: 'cluster' });
    const reason = 'the cluster has no room for 2 of work (InsufficientCpus), tried again in 60 s';
    expect(lastStep(rest)).toEqual({ rule: 'cluster', before: 2, after: 0, reason });
    expect(rest.summary).toContain(reason);
    const work = of(decision, '/work');
    expect(work).toMatchObject({ granted: 4, limitedBy: 'cluster' });
    expect(lastStep(work)).toEqual({
      rule: 'cluster',
      before: 4,
      after: 2,
      reason: 'the cluster has no room for 2 (InsufficientCpus), tried again in 60 s',
    });
  });

  it('makes the remainder smaller that waits itself', () => {
    const decision = decidedAfter(10, (counts) => {
      const asked = Number.isNaN(counts('/rest')) ? 4 : counts('/rest');
      const waiting = asked;
      return [
        aScaled('work', 2),
        aRemainder('rest', asked, {
          min: 0,
          observed: observed(asked, {
            id: '/rest',
            running: 0,
            waiting,
            waitingFor: waiting > 0 ? FULL : [],
          }),
        }),
      ];
    });
    const rest = of(decision, '/rest');
    expect(rest).toMatchObject({ granted: 0, limitedBy: 'cluster' });
    expect(rest.summary).toBe(
      'gets 0: takes what nobody above needs; the cluster has no room for 4 (InsufficientCpus), tried again in 55 s',
    );
  });
});

describe('an app that cannot be created', () => {
  const missing = (over: Partial<AppInput> = {}): AppInput =>
    absent(aScaled('new', 0, { min: 2, wants: 5, blocked: 'KEY is not set', ...over }));

  it('holds nothing that others could use', () => {
    const decision = decidedAfter(2, () => [missing(), aScaled('work', 4, { priority: 2, wants: 9 })]);
    expect(of(decision, '/work')).toMatchObject({ granted: 6, to: 6 });
    expect(of(decision, '/new')).toMatchObject({ wanted: 2, granted: 0, to: 0, limitedBy: 'creation' });
    expect(decision.capacity.used).toBe(6);
  });

  it('says why, on its card', () => {
    const decision = decidedAfter(2, () => [missing()]);
    expect(of(decision, '/new').summary).toBe('cannot be created: KEY is not set');
    expect(lastStep(of(decision, '/new'))).toMatchObject({ rule: 'creation', reason: 'KEY is not set' });
  });

  it.each([
    ['for a reason', missing()],
    ['yet', absent(aScaled('new', 0, { min: 1 }))],
  ])('lends nothing to remainders: not created %s', (_name, app) => {
    const decision = decidedAfter(2, () => [app, aRemainder('rest', 1)], 10);
    expect(of(decision, '/rest').to).toBe(1);
    const reason = 'nothing is lent while the need of new is not known';
    expect(lastStep(of(decision, '/rest'))).toEqual({ rule: 'lending', before: 1, after: 1, reason });
  });

  it('lends nothing as a remainder, and takes nothing from others of its kind', () => {
    const rest = absent(aRemainder('gone', 0, { blocked: 'refused' }));
    const decision = decidedAfter(2, () => [rest, aRemainder('rest', 1)]);
    expect(of(decision, '/rest').to).toBe(6);
  });
});

describe('limits in words', () => {
  it('name what the preemption policy keeps, and for how long', () => {
    const behavior = aBehavior({ yieldRate: { value: 1, periodSeconds: 10 } });
    const decision = decidedAfter(1, () => [
      aScaled('work', 2, { wants: 6 }),
      aScaled('rest', 4, { priority: 2, behavior }),
    ]);
    expect(of(decision, '/work').summary).toContain('rest keeps 3 for now by yieldRate, at most 1 in 10 s');
  });

  it('call a remainder at its minimum limited by nothing', () => {
    const decision = decidedAfter(1, () => [aScaled('work', 5, { wants: 9 }), aRemainder('rest', 1)]);
    expect(of(decision, '/rest')).toMatchObject({ granted: 1 });
    expect(of(decision, '/rest').limitedBy).toBeUndefined();
    expect(of(decision, '/work').limitedBy).toBe('capacity');
  });

  it('say when a broken app is tried again', () => {
    const broken = observed(4, { id: '/work', running: 1, waiting: 3, backoffMs: 30_000 });
    const decision = decidedAfter(65, () => [aScaled('work', 4, { wants: 4, observed: broken })]);
    expect(of(decision, '/work')).toMatchObject({ wanted: 1, limitedBy: 'launching' });
    expect(lastStep(of(decision, '/work'))?.reason).toBe(
      'its tasks do not start; 1 did, more are tried in 60 s',
    );
  });
});
