import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignTiles,
  DRAWN_TILES,
  groupedTiles,
  type SlotHolder,
  slotHolders,
  type Tile,
} from '../../../../src/server/page/view/tiles.ts';
import { queueDemoView } from '../../../support/queue-demo.ts';

/** `c1` a task of app c, `c` an instance of c that has no task yet. */
function holders(text: string): readonly SlotHolder[] {
  const words = text.split(' ').filter((word) => word !== '');
  return words.map((word) =>
    word.length === 1
      ? { app: word, phase: 'waiting' }
      : { app: word.charAt(0), task: word, phase: 'running' },
  );
}

/** Tiles in order: `c1`, `c`, or `.` for a free one; `!` marks one beyond the capacity. */
function shown(tiles: readonly Tile[]): string {
  return tiles.map((t) => `${t.task ?? t.app ?? '.'}${t.over ? '!' : ''}`).join(' ');
}

describe('assignTiles', () => {
  it.each([
    { name: 'fills from the lowest', steps: ['c1 r1 r2'], total: 5, last: 'c1 r1 r2 . .' },
    {
      name: 'keeps a task on its tile while it lives',
      steps: ['c1 r1 r2', 'r2 r1'],
      total: 3,
      last: '. r1 r2',
    },
    {
      name: 'gives a new task the lowest free tile',
      steps: ['c1 r1 r2', 'r1 r2 c2'],
      total: 4,
      last: 'c2 r1 r2 .',
    },
    { name: 'shows a hand-over in place', steps: ['c1 r1 r2', 'c1 c2 r2'], total: 3, last: 'c1 c2 r2' },
    { name: 'holds a tile for an instance without a task', steps: ['r1 c'], total: 3, last: 'r1 c .' },
    {
      name: 'puts the task where its instance waited',
      steps: ['r1 r2 c', 'r2 c1'],
      total: 3,
      last: '. r2 c1',
    },
    { name: 'keeps who waits where it waits', steps: ['r1 c', 'c'], total: 3, last: '. c .' },
    {
      name: 'leaves the tiles of other waiting instances alone',
      steps: ['r a', 'r a b1'],
      total: 3,
      last: 'r a b1',
    },
    { name: 'marks what is beyond the capacity', steps: ['a1 a2 a3'], total: 2, last: 'a1 a2 a3!' },
    { name: 'keeps tiles when the capacity shrinks', steps: ['a1 a2 a3', 'a3'], total: 1, last: '. .! a3!' },
    { name: 'draws an empty pool', steps: [''], total: 2, last: '. .' },
  ])('$name', ({ steps, total, last }) => {
    const tiles = steps.reduce<readonly Tile[]>(
      (before, text) => assignTiles(before, holders(text), total),
      [],
    );
    expect(shown(tiles)).toBe(last);
  });

  const task = fc
    .constantFrom(...'abc')
    .chain((app) => fc.integer({ min: 1, max: 6 }).map((n) => `${app}${n}`));
  const rounds = fc.array(fc.uniqueArray(fc.oneof(task, fc.constantFrom('x', 'y')), { maxLength: 12 }), {
    minLength: 2,
    maxLength: 8,
  });

  it('loses nobody, doubles nobody, and moves no living task', () => {
    fc.assert(
      fc.property(rounds, fc.integer({ min: 0, max: 14 }), (texts, total) => {
        let before: readonly Tile[] = [];
        for (const words of texts) {
          const wanted = holders(words.join(' '));
          const tiles = assignTiles(before, wanted, total);
          const held = tiles.filter((t) => t.phase !== 'free').map((t) => t.task ?? t.app);
          expect(held.toSorted()).toEqual(wanted.map((h) => h.task ?? h.app).toSorted());
          expect(tiles.map((t) => t.slot)).toEqual(tiles.map((_, i) => i + 1));
          for (const { task: id, slot } of before.filter(
            (t) => t.task !== undefined && words.includes(t.task),
          ))
            expect(tiles.find((t) => t.task === id)?.slot).toBe(slot);
          before = tiles;
        }
      }),
    );
  });
});

const [consumer] = (await queueDemoView({ startMs: 0 })).pools[0]!.policies[0]!.apps;

describe('slotHolders', () => {
  const app = { ...consumer!, id: '/c', requested: 0 };
  const tasks = (...phases: ('waiting' | 'staging' | 'running' | 'killing' | 'unreachable')[]) =>
    phases.map((phase, i) => ({ id: `t${i}`, phase }));

  it.each([
    {
      name: 'each task',
      app: { ...app, requested: 2, tasks: tasks('running', 'staging') },
      phases: 'running starting',
    },
    { name: 'a killed task until it is gone', app: { ...app, tasks: tasks('killing') }, phases: 'stopping' },
    { name: 'not an unreachable one', app: { ...app, tasks: tasks('unreachable') }, phases: '' },
    {
      name: 'what is asked for and has no task',
      app: { ...app, requested: 2, tasks: tasks('running') },
      phases: 'running waiting',
    },
    {
      name: 'not an app left to people',
      app: { ...app, role: 'fixed' as const, tasks: tasks('running') },
      phases: '',
    },
  ])('counts $name', ({ app: one, phases }) => {
    expect(
      slotHolders([one])
        .map((h) => h.phase)
        .join(' '),
    ).toBe(phases);
  });
});

describe('groupedTiles', () => {
  const many = (total: number) => assignTiles([], holders('a1 a2 b1 c'), total);

  it('leaves what can be drawn one by one', () => {
    expect(groupedTiles(many(DRAWN_TILES))).toHaveLength(DRAWN_TILES);
  });

  it('counts alike ones where there are too many, and loses none', () => {
    const grouped = groupedTiles(many(DRAWN_TILES + 100));
    expect(grouped.map(({ app, phase, count }) => `${count} ${app ?? ''} ${phase}`)).toEqual([
      '2 a running',
      '1 b running',
      '1 c waiting',
      '396  free',
    ]);
  });
});
