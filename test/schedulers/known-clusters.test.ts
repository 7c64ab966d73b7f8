import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { KnownClusters } from '../../src/schedulers/known-clusters.ts';
import { createMemoryScheduler, type MemoryScheduler } from '../../src/schedulers/memory/index.ts';

const DAY_MS = 86_400_000;

function world() {
  const clock = new VirtualClock();
  const clusters = new KnownClusters<MemoryScheduler>(clock);
  const closed: string[] = [];
  const of = (key: string): MemoryScheduler =>
    clusters.of(key, () => {
      const made = createMemoryScheduler({ startMs: 1, stopMs: 1 }, { clock });
      const close = made.close.bind(made);
      made.close = async () => {
        closed.push(key);
        await close();
      };
      return made;
    });
  return { clock, clusters, closed, of };
}

it('keeps one client of a cluster for as long as it is named', async () => {
  const { clock, closed, of } = world();
  const first = of('a');
  for (let day = 0; day < 5; day++) {
    await clock.advance(DAY_MS - 1);
    expect(of('a')).toBe(first);
    of(`b${day}`);
  }
  expect(closed).not.toContain('a');
});

it('closes the client of a cluster that nobody has named for a day, once another one is named', async () => {
  const { clock, clusters, closed, of } = world();
  const first = of('a');
  await clock.advance(DAY_MS);
  expect(closed).toEqual([]);
  of('b');
  expect(closed).toEqual(['a']);
  expect(clusters.known('a')).toBeUndefined();
  expect(of('a')).not.toBe(first);
});

it('closes all of them at the end', async () => {
  const { clusters, closed, of } = world();
  of('a');
  of('b');
  await clusters.close();
  expect(closed.toSorted()).toEqual(['a', 'b']);
});
