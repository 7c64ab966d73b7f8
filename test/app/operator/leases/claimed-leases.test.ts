// Leases of pools as claims: whatever the order of calls, each version of a lease is one writer's, and the newest one counts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimedLeases } from '../../../../src/app/operator/leases/claimed-leases.ts';
import type { PoolLeaseRecord } from '../../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import type { Claim, Claims } from '../../../../src/schedulers/scheduler.ts';

const POOL = 'default/shop';
const never = new AbortController().signal;

function aRecord(operator: string): PoolLeaseRecord {
  return {
    holder: `${operator}.1`,
    operator,
    durationSeconds: 0,
    acquireTime: 'then',
    transitions: 0,
    settled: false,
  };
}

/** A scheduler that does what it is asked when `turn` lets it, and answers later still. */
function claimsBy(kept: Map<string, Claim>, turn: () => Promise<unknown>): Claims {
  const keyOf = ({ of, number }: Claim): string => `${of} ${number}`;
  const over = async <T>(work: () => T): Promise<T> => {
    await turn();
    const result = work();
    await turn();
    return result;
  };
  return {
    all: () => over(() => [...kept.values()]),
    add: (claim) =>
      over(() => {
        if (kept.has(keyOf(claim))) return false;
        kept.set(keyOf(claim), claim);
        return true;
      }),
    remove: (claim) => over(() => void kept.delete(keyOf(claim))),
    isHidden: async () => false,
  };
}

const at = async (kept: Map<string, Claim>) =>
  (await claimedLeases(claimsBy(kept, async () => undefined)).list(never))[0];

describe('leases by claims', () => {
  it('have the record and the version of the newest claim, and leave no older one', async () => {
    const kept = new Map<string, Claim>();
    const store = claimedLeases(claimsBy(kept, async () => undefined));
    const first = await store.create(POOL, aRecord('/ops/a'), never);
    const second = await store.replace(POOL, aRecord('/ops/b'), first.version, never);
    expect(second).toMatchObject({ pool: POOL, record: { operator: '/ops/b' } });
    expect(await store.list(never)).toMatchObject([
      { pool: POOL, record: { holder: '/ops/b.1' }, version: '2' },
    ]);
    expect(kept.size).toBe(1);
    await expect(store.create(POOL, aRecord('/ops/a'), never).then(() => at(kept))).rejects.toThrow(
      'claimed meanwhile',
    );
    expect(await at(kept)).toMatchObject({ record: { operator: '/ops/b' }, version: '2' });
  });

  it('are not had by one who comes long after the version that it saw was replaced twice', async () => {
    const kept = new Map<string, Claim>();
    const store = claimedLeases(claimsBy(kept, async () => undefined));
    const seen = await store.create(POOL, aRecord('/ops/a'), never);
    await store.replace(POOL, aRecord('/ops/b'), '1', never);
    await store.replace(POOL, aRecord('/ops/a'), '2', never);
    await expect(store.replace(POOL, aRecord('/ops/c'), seen.version, never)).rejects.toThrow('meanwhile');
    expect(await at(kept)).toMatchObject({ record: { operator: '/ops/a' }, version: '3' });
  });

  it('are not replaced where the one that was seen was removed meanwhile, and the count began anew', async () => {
    const kept = new Map<string, Claim>();
    const store = claimedLeases(claimsBy(kept, async () => undefined));
    const seen = await store.create(POOL, { ...aRecord('/ops/a'), holder: '' }, never);
    const later = await store.replace(POOL, { ...aRecord('/ops/a'), holder: '' }, seen.version, never);
    await store.remove(later, never);
    await expect(store.replace(POOL, aRecord('/ops/b'), later.version, never)).rejects.toThrow('meanwhile');
    expect(await at(kept)).toBeUndefined();
    await store.create(POOL, aRecord('/ops/c'), never);
    await expect(store.replace(POOL, aRecord('/ops/b'), later.version, never)).rejects.toThrow('meanwhile');
    expect(await at(kept)).toMatchObject({ record: { operator: '/ops/c' }, version: '1' });
  });

  it('are not had by one who is not shown the claim that it made, nor what others have, and are removed', async () => {
    const kept = new Map<string, Claim>();
    const claims = claimsBy(kept, async () => undefined);
    for (const number of [1, 2]) await claims.add({ of: POOL, number, facts: { operator: '/ops/a' } }, never);
    await claims.remove({ of: POOL, number: 1, facts: {} }, never);
    const blind = claimedLeases({ ...claims, all: async () => [] });
    await expect(blind.create(POOL, aRecord('/ops/b'), never)).rejects.toThrow('is not to be seen');
    expect([...kept.values()].map(({ facts }) => facts['operator'])).toEqual(['/ops/a']);
  });

  it('are removed with all older claims, the newest one last, and never in a version that is not theirs', async () => {
    const kept = new Map<string, Claim>();
    const removed: number[] = [];
    const claims = claimsBy(kept, async () => undefined);
    for (const number of [3, 1, 2]) await claims.add({ of: POOL, number, facts: {} }, never);
    const store = claimedLeases({
      ...claims,
      remove: async (claim, signal) => {
        removed.push(claim.number);
        await claims.remove(claim, signal);
      },
    });
    const [seen] = await store.list(never);
    if (seen === undefined) throw new Error('there is no claim');
    await expect(store.remove({ ...seen, version: '2' }, never)).rejects.toThrow('meanwhile');
    await store.remove(seen, never);
    expect(removed).toEqual([1, 2, 3]);
  });

  it('are one writer’s at each version, in whichever order calls arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('/ops/a', '/ops/b', '/ops/c'), { minLength: 2, maxLength: 6 }),
        async (scheduler, operators) => {
          const kept = new Map<string, Claim>();
          const store = claimedLeases(claimsBy(kept, () => scheduler.schedule(Promise.resolve())));
          const had: string[] = [];
          /** What was the newest when a write ended well: nothing older may end well after it. */
          let newest = 0;
          const writers = operators.map(async (operator) => {
            for (let i = 0; i < 2; i += 1) {
              const [seen] = await store.list(never);
              const written = await (seen === undefined
                ? store.create(POOL, aRecord(operator), never)
                : store.replace(POOL, aRecord(operator), seen.version, never)
              ).catch(() => undefined);
              if (written === undefined) continue;
              had.push(written.version);
              newest = Math.max(newest, Number(written.version));
            }
          });
          await scheduler.waitFor(Promise.all(writers));
          expect(new Set(had).size).toBe(had.length);
          expect(Number((await at(kept))?.version)).toBe(newest);
        },
      ),
    );
  });
});
