import { expect, it } from 'vitest';
import { PoolMemory } from '../../../src/controller/round/pool-memory.ts';
import { recorded } from '../../../src/controller/round/recorded-writes.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { PLAIN_WORDS } from '../../../src/schedulers/words.ts';

const never = new AbortController().signal;

function aPool() {
  const memory = new PoolMemory({
    clock: new VirtualClock(),
    random: () => 0.5,
    metricSourceFor: () => {
      throw new Error('nothing is read here');
    },
    words: PLAIN_WORDS,
  });
  const onRecord: string[][] = [];
  const seen: string[] = [];
  const scheduler = recorded(
    {
      apply: async ({ app }) => {
        seen.push(`${app} with ${onRecord.at(-1)?.join() ?? 'nothing'} on record`);
        return { outcome: 'noop' };
      },
    },
    { memory, keep: async () => void onRecord.push([...memory.adopted]) },
  );
  const adopt = (app: string) => scheduler.apply({ kind: 'adopt', app, reason: 'it is there' }, never);
  return { adopt, onRecord, seen };
}

it('has all adoptions of one moment on record by one write, before the first is made', async () => {
  const { adopt, onRecord, seen } = aPool();
  await Promise.all([adopt('/a'), adopt('/b')]);
  expect(onRecord).toEqual([['/a', '/b']]);
  expect(seen).toEqual(['/a with /a,/b on record', '/b with /a,/b on record']);
  await adopt('/c');
  expect(onRecord.at(-1)).toEqual(['/a', '/b', '/c']);
});
