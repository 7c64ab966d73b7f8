// What goes along with a pool in its Lease: interventions, as they change, and what was learned, when it is given back.

import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import type { SeenPoolLease } from '../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { PoolLeases } from '../../../src/policy-sources/shared-pools/pool-leases.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const POOL = 'default/shop';
const PAUSED = { text: 'paused by maya', generation: 1 };

function aWorld() {
  const clock = new VirtualClock(0);
  const kept = new Map<string, SeenPoolLease>();
  let version = 0;
  const write = async (pool: string, record: SeenPoolLease['record']): Promise<SeenPoolLease> => {
    version += 1;
    const lease = { pool, record, version: `${version}` };
    kept.set(pool, lease);
    return lease;
  };
  const stop = new AbortController();
  const start = (operator: string) => {
    const taken: unknown[] = [];
    const held: { interventions?: string } = {};
    const leases = new PoolLeases({
      store: {
        list: async () => [...kept.values()],
        create: write,
        replace: write,
        remove: async ({ pool }) => void kept.delete(pool),
      },
      ownLeadership: () => ({ acting: true, reason: 'it holds its lease', lost: stop.signal }),
      watch: { isFree: async () => false, keepOnly: () => undefined },
      interventions: {
        of: () =>
          held.interventions === undefined ? undefined : { text: held.interventions, generation: 1 },
        written: (_, interventions) => void taken.push({ written: interventions?.text }),
        taken: (_, interventions, others) => void taken.push({ interventions, others }),
        left: (_, by) => void taken.push({ left: by }),
        lost: () => undefined,
      },
      learning: { of: () => `learned by ${operator}`, taken: (_, learned) => void taken.push({ learned }) },
      ...{ identity: `${operator}-1`, operator, durationSeconds: 15, retryMs: 1_000 },
      ...{ clock, random: () => 0, log: silentLogger, onChange: () => undefined },
    });
    void leases.run(stop.signal);
    return { leases, taken, held };
  };
  const record = () => kept.get(POOL)?.record;
  return { clock, start, record, stop };
}

const isOurs = { ours: new Set([POOL]), areOthers: () => false, isGone: () => false };
const isOthers = { ours: new Set<string>(), areOthers: () => true, isGone: () => false };

it('interventions are in the Lease as soon as they change; what was learned is when it is given back, until it is taken', async () => {
  const { clock, start, record, stop } = aWorld();
  const [a, b] = [start('a'), start('b')];
  a.leases.follow(isOurs);
  await clock.advance(20_000);
  expect(record()).toMatchObject({ holder: 'a-1', settled: true });
  expect(record()).not.toHaveProperty('interventions');
  a.held.interventions = 'paused by maya';
  a.leases.interventionsChanged();
  await clock.advance(100);
  expect(record()).toMatchObject({ holder: 'a-1', interventions: PAUSED });
  expect(record()).not.toHaveProperty('learned');
  a.leases.follow(isOthers);
  await clock.advance(100);
  expect(record()).toMatchObject({ holder: '', interventions: PAUSED, learned: 'learned by a' });
  b.held.interventions = 'paused by maya';
  b.leases.follow(isOurs);
  await clock.advance(2_000);
  expect(record()).toMatchObject({ holder: 'b-1', interventions: PAUSED });
  expect(record()).not.toHaveProperty('learned');
  // As often as it looked, another one had it.
  expect(b.taken.filter((each) => !isDeepStrictEqual(each, { left: 'a' }))).toEqual([
    { interventions: PAUSED, others: true },
    { learned: 'learned by a' },
  ]);
  expect(a.taken.at(-1)).toEqual({ left: 'b' });
  delete b.held.interventions;
  b.leases.interventionsChanged();
  await clock.advance(100);
  expect(record()).not.toHaveProperty('interventions');
  stop.abort();
});
