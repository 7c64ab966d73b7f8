import { describe, expect, it } from 'vitest';
import { Autoscaler, KEDA_AGGRESSIVE, KEDA_DEFAULT, KedaLaw } from '../../../bench/rivals/keda.ts';
import { aConsumer, aWorld, plainDemand, theRemainder } from '../../simulator/worlds.ts';

/** Feeds a count every sync; the answer is what the next sync starts from. */
function counts(scaler: Autoscaler, messages: readonly number[], first: number, syncMs = 15_000): number[] {
  let current = first;
  return messages.map((count, i) => {
    current = scaler.sync(count, current, i * syncMs);
    return current;
  });
}

describe('the autoscaler', () => {
  it.each([
    // 100 messages at 5 each are 20: at most 4 more or double in each sync.
    {
      name: 'climbs by 4 or by doubling',
      first: 1,
      messages: [100, 100, 100, 100],
      expected: [5, 10, 20, 20],
    },
    { name: 'ignores a tenth', first: 20, messages: [109, 91, 111], expected: [20, 20, 23] },
    {
      name: 'keeps the highest of 300 s',
      first: 20,
      messages: [100, ...new Array<number>(20).fill(10)],
      expected: [...new Array<number>(20).fill(20), 2],
    },
    { name: 'rounds up', first: 1, messages: [11], expected: [3] },
    { name: 'counts the unchanged as a recommendation', first: 4, messages: [20, 0], expected: [4, 4] },
  ])('$name', ({ first, messages, expected }) => {
    expect(counts(new Autoscaler(KEDA_DEFAULT), messages, first)).toEqual(expected);
  });

  it('goes there at once without limits, and back after its own window', () => {
    const scaler = new Autoscaler(KEDA_AGGRESSIVE);
    const messages = [200, ...new Array<number>(12).fill(5)];
    expect(counts(scaler, messages, 1, 5_000)).toEqual([...new Array<number>(12).fill(40), 1]);
  });
});

describe('KEDA in the world', () => {
  it('sees the queue every 30 s, decides every 15 s and pushes the remainder aside', () => {
    const arrivals = new Array<number>(700).fill(0);
    arrivals[10] = 42;
    const world = aWorld([aConsumer(2, plainDemand(arrivals)), theRemainder(8)], { serviceRate: 1e-9 });
    const law = new KedaLaw(KEDA_DEFAULT);
    const [consumer, remainder] = world.members;
    const seen = new Map<number, string>();
    while (!world.isOver) {
      world.step();
      law.step(world);
      if (world.k % 150 === 0)
        seen.set(world.k / 10, `${consumer!.instances.requested}+${remainder!.instances.requested}`);
    }
    // Nothing waits at first: the minimum. At 30 s 41 wait, which are 9: at most 1 + 4, and at 45 s the other 4.
    expect([...seen]).toEqual([
      [0, '1+9'],
      [15, '1+9'],
      [30, '5+5'],
      [45, '9+1'],
      [60, '9+1'],
    ]);
    expect(consumer!.instances.running).toBe(9);
  });
});
