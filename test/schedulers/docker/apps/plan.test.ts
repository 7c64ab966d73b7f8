import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isRolledOut,
  type PlanInput,
  planSteps,
  type Unit,
  type UnitPhase,
} from '../../../../src/schedulers/docker/apps/plan.ts';

/** `r2`: running, of the second definition. `R`: running and not ready, `f`: created and never started. Ages fall from left to right. */
function units(text: string): Unit[] {
  const phases: Readonly<Record<string, UnitPhase>> = {
    w: 'waiting',
    f: 'waiting',
    s: 'starting',
    r: 'running',
    R: 'running',
    k: 'stopping',
    K: 'stopping',
  };
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, i) => ({
      id: `${word}-${i}`,
      phase: phases[word[0] ?? ''] ?? 'running',
      generation: Number(word[1] ?? 1),
      createdAtMs: i,
      ready: word.startsWith('r'),
      ...(word.startsWith('K') && { replaced: true }),
      ...(word.startsWith('f') && { fresh: true }),
    }));
}

function plan(requested: number, text: string, more: Partial<PlanInput> = {}) {
  const { create, prepare, start, stop } = planSteps({
    requested,
    generation: 1,
    units: units(text),
    creating: 0,
    backingOff: false,
    idle: new Set(),
    ...more,
  });
  return { create, prepare, start, stop: stop.map(({ id, replaced }) => (replaced ? `${id} replaced` : id)) };
}

const NOTHING = { create: 0, prepare: 0, start: [], stop: [] };

describe('what is done next for an app', () => {
  it.each([
    ['creates what is missing', 3, 'r1', { ...NOTHING, create: 2 }],
    ['does nothing when all is there', 2, 'r1 r1', NOTHING],
    ['starts what ended before it creates', 3, 'r1 w1', { ...NOTHING, create: 1, start: ['w1-1'] }],
    ['does not start twice what is starting', 2, 'r1 s1', NOTHING],
    ['stops the youngest', 1, 'r1 r1 r1', { ...NOTHING, stop: ['r1-2', 'r1-1'] }],
    ['stops what does not run before what runs', 1, 'w1 s1 r1', { ...NOTHING, stop: ['w1-0', 's1-1'] }],
    ['does not stop twice what is going', 1, 'r1 k1', NOTHING],
    ['creates beside those that go because there were too many', 3, 'r1 k1', { ...NOTHING, create: 2 }],
    ['stops everything for none', 0, 'r1 s1', { ...NOTHING, stop: ['s1-1', 'r1-0'] }],
  ])('%s', (_, requested, text, expected) => {
    expect(plan(requested, text)).toEqual(expected);
  });

  it('counts what the list does not show yet', () => {
    expect(plan(3, 'r1', { creating: 2 })).toEqual(NOTHING);
    expect(plan(1, 'r1', { creating: 2 })).toEqual({ ...NOTHING, stop: ['r1-0'] });
  });

  it('launches nothing while it backs off, and stops all the same', () => {
    expect(plan(3, 'r1 w1', { backingOff: true })).toEqual(NOTHING);
    expect(plan(0, 'r1 w1', { backingOff: true })).toEqual({ ...NOTHING, stop: ['w1-1', 'r1-0'] });
  });

  it('stops the idle before the younger', () => {
    expect(plan(1, 'r1 r1 r1', { idle: new Set(['r1-0']) })).toEqual({ ...NOTHING, stop: ['r1-0', 'r1-2'] });
  });
});

describe('containers for what may be asked for any moment', () => {
  it.each([
    ['are created beside what runs', 1, 'r1', { prepared: 2 }, { ...NOTHING, prepare: 2 }],
    ['are not created twice', 1, 'r1 f1', { prepared: 2, preparing: 1 }, NOTHING],
    ['are not started before they are asked for', 1, 'r1 f1 f1', { prepared: 2 }, NOTHING],
    ['are started when they are', 3, 'r1 f1 f1', {}, { ...NOTHING, start: ['f1-1', 'f1-2'] }],
    [
      'are started as far as they are, the oldest first',
      2,
      'r1 f1 f1',
      { prepared: 1 },
      { ...NOTHING, start: ['f1-1'] },
    ],
    ['are waited for while they are created', 3, 'r1 f1', { preparing: 1 }, { ...NOTHING, start: ['f1-1'] }],
    ['go when they are not needed any more', 1, 'r1 f1 f1', {}, { ...NOTHING, stop: ['f1-2', 'f1-1'] }],
    ['go when fewer of them are', 1, 'r1 f1 f1', { prepared: 1 }, { ...NOTHING, stop: ['f1-2'] }],
    ['go before anything that runs', 0, 'r1 f1', {}, { ...NOTHING, stop: ['f1-1', 'r1-0'] }],
    ['are not created while it backs off', 1, 'r1', { prepared: 2, backingOff: true }, NOTHING],
    [
      'go when their definition is an old one',
      1,
      'r2 f1',
      { generation: 2, prepared: 1 },
      { ...NOTHING, prepare: 1, stop: ['f1-1'] },
    ],
    [
      'do not take a slot that one of an old definition still holds',
      2,
      'r2 K1 f2',
      { generation: 2, prepared: 1 },
      NOTHING,
    ],
  ])('%s', (_, requested, text, more, expected) => {
    expect(plan(requested, text, more)).toEqual(expected);
  });
});

describe('a new definition', () => {
  const next = { generation: 2 };
  it.each([
    ['replaces the oldest first', 3, 'r1 r1 r1', { ...NOTHING, stop: ['r1-0 replaced'] }],
    ['waits until the slot is free', 3, 'K1 r1 r1', NOTHING],
    ['uses the slot that has become free', 3, 'r1 r1', { ...NOTHING, create: 1 }],
    ['waits until the new one is ready', 3, 'r1 r1 R2', NOTHING],
    ['goes on when it is', 3, 'r1 r1 r2', { ...NOTHING, stop: ['r1-0 replaced'] }],
    ['never starts again what has the old one', 2, 'r2 w1', { ...NOTHING, stop: ['w1-1 replaced'] }],
    ['lets the old go first when fewer are asked for', 1, 'r1 r2', { ...NOTHING, stop: ['r1-0'] }],
    ['stops none that runs while another does not', 3, 'r1 r1 w2', { ...NOTHING, start: ['w2-2'] }],
    ['has nothing to do when all have it', 2, 'r2 r2', NOTHING],
  ])('%s', (_, requested, text, expected) => {
    expect(plan(requested, text, next)).toEqual(expected);
  });

  it('stops no more while it does not launch', () => {
    expect(plan(2, 'r1 w2', { ...next, backingOff: true })).toEqual(NOTHING);
  });

  it.each([
    ['r2 r2', true],
    ['r1 r2', false],
    ['', true],
  ])('is rolled out with %s: %s', (text, expected) => {
    expect(isRolledOut({ units: units(text), generation: 2 })).toBe(expected);
  });
});

describe('steps that are carried out one after the other', () => {
  const word = fc.constantFrom('w1', 's1', 'r1', 'R1', 'k1', 'K1', 'w2', 'r2', 'R2', 'K2', 'f1', 'f2');
  const world = fc.record({
    words: fc.array(word, { maxLength: 8 }),
    requested: fc.nat(8),
    prepared: fc.nat(3),
  });

  it('end with what was asked for, and on the way never hold more slots than before or asked for', () => {
    fc.assert(
      fc.property(world, ({ words, requested, prepared }) => {
        let now = units(words.join(' '));
        const most = Math.max(requested + now.filter(isGoing).length, now.length);
        const holders = (): number =>
          now.filter(({ phase, fresh }) => phase !== 'waiting' && fresh !== true).length;
        const mostHeld = Math.max(requested + now.filter(isGoing).length, holders());
        for (let round = 0; round < 60; round++) {
          const steps = planSteps({
            ...{
              requested,
              prepared,
              generation: 2,
              units: now,
              creating: 0,
              backingOff: false,
              idle: new Set<string>(),
            },
          });
          now = carriedOut(now, steps, round);
          expect(now.length).toBeLessThanOrEqual(most + prepared);
          expect(holders()).toBeLessThanOrEqual(mostHeld);
        }
        expect(now.map(({ phase, generation }) => `${phase} ${generation}`).toSorted()).toEqual([
          ...Array.from({ length: requested }, () => 'running 2'),
          ...Array.from({ length: prepared }, () => 'waiting 2'),
        ]);
      }),
    );
  });

  it('stop no running container of a new definition that is asked for', () => {
    fc.assert(
      fc.property(world, ({ words, requested }) => {
        const now = units(words.join(' '));
        const { stop } = planSteps({
          ...{
            requested,
            generation: 2,
            units: now,
            creating: 0,
            backingOff: false,
            idle: new Set<string>(),
          },
        });
        const stopped = new Set(stop.map(({ id }) => id));
        const fresh = now.filter(({ phase, generation }) => phase === 'running' && generation === 2);
        const left = fresh.filter(({ id }) => !stopped.has(id)).length;
        expect(left).toBe(Math.min(fresh.length, requested));
      }),
    );
  });
});

function isGoing({ phase }: Unit): boolean {
  return phase === 'stopping';
}

/** What was going is gone, what was starting runs, and what the steps say is begun. */
function carriedOut(before: readonly Unit[], steps: ReturnType<typeof planSteps>, round: number): Unit[] {
  const stop = new Map(steps.stop.map(({ id, replaced }) => [id, replaced]));
  const moved = before
    .filter((unit) => !isGoing(unit))
    .map((unit): Unit => {
      const replaced = stop.get(unit.id);
      if (replaced !== undefined)
        // What does not run holds nothing while it is removed.
        return { ...unit, phase: 'stopping', ready: false, replaced, fresh: unit.phase === 'waiting' };
      if (steps.start.includes(unit.id)) return { ...unit, phase: 'starting', ready: false, fresh: false };
      if (unit.phase === 'starting' || unit.phase === 'running')
        return { ...unit, phase: 'running', ready: true };
      return unit;
    });
  const made = Array.from(
    { length: steps.create },
    (_, i): Unit => ({
      id: `new-${round}-${i}`,
      phase: 'starting',
      generation: 2,
      createdAtMs: 100 + round,
      ready: false,
    }),
  );
  const spare = Array.from(
    { length: steps.prepare },
    (_, i): Unit => ({
      id: `spare-${round}-${i}`,
      phase: 'waiting',
      generation: 2,
      createdAtMs: 100 + round,
      ready: false,
      fresh: true,
    }),
  );
  return [...moved, ...made, ...spare];
}
