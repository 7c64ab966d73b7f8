import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppObservation, TaskObservation, TaskPhase } from '../../../../src/core/observation.ts';
import type { Answers } from '../../../../src/schedulers/idle/ask.ts';
import { shrink } from '../../../../src/schedulers/marathon/write/shrink.ts';

interface Counts {
  readonly running?: number;
  readonly staging?: number;
  readonly unreachable?: number;
  readonly killing?: number;
  readonly waiting?: number;
}

/** Ids say phase and order of start: `running-1` is the oldest. */
function anApp(counts: Counts, definition: Record<string, unknown> = {}): AppObservation {
  const of = (phase: TaskPhase, n = 0): TaskObservation[] =>
    Array.from({ length: n }, (_, i) => ({ id: `${phase}-${i + 1}`, phase, startedAtMs: i + 1 }));
  const { running = 0, staging = 0, unreachable = 0, killing = 0, waiting = 0 } = counts;
  return {
    id: '/a',
    requested: running + staging + unreachable + waiting,
    running,
    staging,
    killing,
    unreachable,
    waiting,
    ready: running,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: [
      ...of('running', running),
      ...of('staging', staging),
      ...of('unreachable', unreachable),
      ...of('killing', killing),
    ],
    operations: [],
    definition,
  };
}

const NEW = { waitingDiesLast: true };

function said({ idle = [], busy = [] }: { readonly [word in keyof Answers]?: readonly string[] }): Answers {
  return { idle: new Set(idle), busy: new Set(busy) };
}

describe('lowering a count', () => {
  it.each([
    ['nothing waits', { running: 5 }, 3, { kind: 'plain' }],
    ['to nothing at all', { running: 3, waiting: 5 }, 0, { kind: 'plain' }],
    ['what still starts is enough', { running: 3, staging: 2, waiting: 1 }, 4, { kind: 'plain' }],
    ['all that waits, nothing runs', { waiting: 5 }, 2, { kind: 'plain' }],
    ['only what waits is too much', { running: 3, waiting: 5 }, 3, { kind: 'hold', endangered: 3 }],
    ['less than what waits is too much', { running: 3, waiting: 5 }, 7, { kind: 'hold', endangered: 1 }],
    [
      'one that runs must go as well',
      { running: 3, waiting: 5 },
      2,
      { kind: 'named', taskIds: ['running-3'] },
    ],
    [
      'what runs goes last and youngest first',
      { running: 3, staging: 1, unreachable: 1, waiting: 2 },
      2,
      { kind: 'named', taskIds: ['unreachable-1', 'staging-1', 'running-3'] },
    ],
    [
      'what is stopping already is not named again',
      { running: 2, killing: 3, waiting: 2 },
      1,
      { kind: 'named', taskIds: ['running-2'] },
    ],
  ] as const)('%s', (_, counts, to, expected) => {
    expect(shrink(anApp(counts), to, NEW)).toEqual(expected);
  });

  it('names the oldest where the app says so', () => {
    const app = anApp({ running: 3, waiting: 5 }, { killSelection: 'OLDEST_FIRST' });
    expect(shrink(app, 2, NEW)).toEqual({ kind: 'named', taskIds: ['running-1'] });
  });

  it.each([
    ['the idle before the busy', ['running-1', 'running-2'], 3, ['running-2', 'running-1']],
    [
      'as many of the idle as must go, the youngest first',
      ['running-1', 'running-2', 'running-4'],
      4,
      ['running-4'],
    ],
    [
      'the youngest of the busy where the idle are too few',
      ['running-2'],
      2,
      ['running-2', 'running-5', 'running-4'],
    ],
  ])('names %s', (_, idle, to, taskIds) => {
    expect(shrink(anApp({ running: 5 }), to, { ...NEW, answers: said({ idle }) })).toEqual({
      kind: 'named',
      taskIds,
    });
  });

  it('names what still starts before the idle, which at least serve', () => {
    const app = anApp({ running: 2, staging: 1 });
    expect(shrink(app, 1, { ...NEW, answers: said({ idle: ['running-1'] }) })).toEqual({
      kind: 'named',
      taskIds: ['staging-1', 'running-1'],
    });
  });

  it.each([
    [
      'busy goes after the idle, as what runs does',
      { busy: ['staging-1'], idle: ['running-1'] },
      'running-1',
    ],
    ['idle goes before the busy', { busy: ['running-1', 'running-2'], idle: ['staging-1'] }, 'staging-1'],
  ])(
    'knows that what answers runs, whatever Marathon says: who starts and says that it is %s',
    (_, words, id) => {
      const app = anApp({ running: 2, staging: 1 });
      expect(shrink(app, 2, { ...NEW, answers: said(words) })).toEqual({ kind: 'named', taskIds: [id] });
    },
  );

  it('leaves it to Marathon where nobody is known to be idle', () => {
    const plain = { kind: 'plain' };
    expect(shrink(anApp({ running: 5 }), 3, { ...NEW, answers: said({}) })).toEqual(plain);
    expect(shrink(anApp({ running: 5 }), 3, { ...NEW, answers: said({ idle: ['gone'] }) })).toEqual(plain);
  });

  it.each([
    ['a task is not listed yet', { ...anApp({ running: 5 }), requested: 6 }, 3, NEW],
    ['others are being stopped, but not said to be', { ...anApp({ running: 5 }), requested: 4 }, 2, NEW],
    ['some wait, before 1.8', anApp({ running: 5, waiting: 3 }), 3, { waitingDiesLast: false }],
  ] as const)('names the idle alone where %s: the rest follows', (_, app, to, how) => {
    const answers = said({ idle: ['running-1', 'running-4'] });
    expect(shrink(app, to, { ...how, answers })).toEqual({
      kind: 'named',
      taskIds: ['running-4', 'running-1'],
    });
  });

  it('names no more of the idle than must go', () => {
    const answers = said({ idle: ['running-1', 'running-4'] });
    const app = anApp({ running: 5, waiting: 3 });
    expect(shrink(app, 4, { waitingDiesLast: false, answers })).toEqual({
      kind: 'named',
      taskIds: ['running-4'],
    });
    expect(shrink(app, 5, { waitingDiesLast: false, answers })).toEqual({ kind: 'plain' });
  });

  it('is plain before 1.8', () => {
    expect(shrink(anApp({ running: 3, waiting: 5 }), 3, { waitingDiesLast: false })).toEqual({
      kind: 'plain',
    });
  });

  it('never takes more than are to go, nor one that is busy before one that is idle, whoever answers what', () => {
    const word = fc.constantFrom('idle', 'busy', 'nothing');
    const phase = fc.constantFrom<TaskPhase>('running', 'running', 'staging', 'unreachable', 'killing');
    const tasks = fc.array(fc.record({ phase, word }), { maxLength: 12 });
    fc.assert(
      fc.property(
        tasks,
        fc.nat({ max: 3 }),
        fc.nat({ max: 20 }),
        fc.boolean(),
        (given, waiting, less, isNew) => {
          const own = given.map(({ phase }, i) => ({ id: `t-${i}`, phase, startedAtMs: i }));
          const present = own.filter(({ phase }) => phase !== 'killing');
          const app = { ...anApp({}), tasks: own, waiting, requested: present.length + waiting };
          const by = 1 + (less % Math.max(1, app.requested));
          const idsOf = (what: string) => own.flatMap(({ id }, i) => (given[i]?.word === what ? [id] : []));
          const answers = said({ idle: idsOf('idle'), busy: idsOf('busy') });
          const how = shrink(app, app.requested - by, { waitingDiesLast: isNew, answers });
          if (how.kind !== 'named') return;
          const names = new Set(how.taskIds);
          expect(names.size).toBe(how.taskIds.length);
          expect(names.size).toBeLessThanOrEqual(by);
          const stays = present.filter(({ id }) => !names.has(id));
          const takesBusy = how.taskIds.some((id) => answers.busy.has(id));
          expect(takesBusy && stays.some(({ id }) => answers.idle.has(id))).toBe(false);
          expect(how.taskIds.every((id) => present.some((task) => task.id === id))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never stops running work that is to stay', () => {
    const count = fc.nat({ max: 20 });
    const counts = fc.record({
      running: count,
      staging: count,
      unreachable: count,
      killing: count,
      waiting: count,
    });
    fc.assert(
      fc.property(counts, fc.nat({ max: 100 }), (c, target) => {
        const app = anApp(c);
        const to = app.requested === 0 ? 0 : target % app.requested;
        const mayStop = Math.max(0, app.running - to);
        const how = shrink(app, to, NEW);
        const running = (ids: readonly string[]) => ids.filter((id) => id.startsWith('running')).length;
        if (how.kind === 'hold') expect(how.endangered).toBeGreaterThan(0);
        if (how.kind === 'plain') expect(stoppedByMarathon(app, to)).toBeLessThanOrEqual(mayStop);
        if (how.kind !== 'named') return;
        expect(new Set(how.taskIds).size).toBe(how.taskIds.length);
        expect(running(how.taskIds)).toBeLessThanOrEqual(mayStop);
        expect(app.requested - how.taskIds.length).toBeGreaterThanOrEqual(to);
      }),
      { numRuns: 2000 },
    );
  });
});

/** docs/design/marathon.md#who-dies: Unreachable, Staging, Starting, Running, everything else. */
function stoppedByMarathon(app: AppObservation, to: number): number {
  const kills = app.requested - to;
  return Math.min(app.running, Math.max(0, kills - app.unreachable - app.staging));
}
