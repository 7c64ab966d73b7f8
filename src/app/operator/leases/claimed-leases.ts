// app: the leases of pools as claims of a scheduler, for operators that run as its apps.

import { defined } from '../../../lang/defined.ts';
import { carriedFrom } from '../../../policy-sources/shared-pools/lease-record.ts';
import type {
  PoolLeaseRecord,
  PoolLeaseStore,
  SeenPoolLease,
} from '../../../policy-sources/shared-pools/pool-lease-store.ts';
import { TransientError } from '../../../runtime/errors.ts';
import type { Claim, Claims } from '../../../schedulers/scheduler.ts';

const GENERATION = 'hands-generation';
const SEE_ALL = 'an operator with a selector must be allowed to see the claims of all of them';

/**
 * Each version of a lease is the next claim of its pool: of two that write version 4, one creates the fourth claim. Earlier
 * claims are removed, so that one who comes far too late could create a number anew that is gone: whoever has created one
 * looks whether it is the highest, which it is not then.
 */
export function claimedLeases(claims: Claims): PoolLeaseStore {
  const write = async (
    pool: string,
    { record, number }: { readonly record: PoolLeaseRecord; readonly number: number },
    signal: AbortSignal,
  ): Promise<SeenPoolLease> => {
    const made: Claim = { of: pool, number, facts: factsOf(record) };
    if (!(await claims.add(made, signal))) throw new TransientError(`${pool} was claimed meanwhile`);
    const there = (await claims.all(signal)).filter(({ of }) => of === pool);
    // Where its own is hidden, those of others are.
    if (!there.some((claim) => claim.number >= number)) {
      await Promise.allSettled([claims.remove(made, signal)]);
      throw new TransientError(`${pool} was claimed, and the claim is not to be seen: ${SEE_ALL}`);
    }
    // Where the one before was removed meanwhile, the count may have begun anew.
    const goesOn = number === 1 || there.some((claim) => claim.number === number - 1);
    const isLatest = goesOn && there.every((claim) => claim.number <= number);
    // Whoever made the next one may be looking for this one.
    const isNeeded = there.some((claim) => claim.number === number + 1);
    const older = there.filter((claim) => claim.number < number);
    const over = isLatest ? older : isNeeded ? [] : [made];
    // What is left for now goes with the next one.
    const removed = Promise.allSettled(over.map((claim) => claims.remove(claim, signal)));
    // It is ours, however long a slow Marathon takes to remove what was before.
    if (!isLatest) await removed;
    if (!isLatest) throw new TransientError(`${pool} was claimed meanwhile`);
    return { pool, record, version: String(number) };
  };
  return {
    list: async (signal) => [...latest(await claims.all(signal)).values()].map(leaseOf),
    create: (pool, record, signal) => write(pool, { record, number: 1 }, signal),
    replace: (pool, record, version, signal) => write(pool, { record, number: Number(version) + 1 }, signal),
    remove: async ({ pool, version }, signal) => {
      const there = (await claims.all(signal)).filter(({ of }) => of === pool);
      if (there.some(({ number }) => number > Number(version)))
        throw new TransientError(`${pool} was claimed meanwhile`);
      // The newest one last: what is left counts.
      for (const claim of there.toSorted((a, b) => a.number - b.number)) await claims.remove(claim, signal);
    },
  };
}

function latest(claims: readonly Claim[]): ReadonlyMap<string, Claim> {
  const byPool = new Map<string, Claim>();
  for (const claim of claims) {
    const known = byPool.get(claim.of);
    if (known === undefined || known.number < claim.number) byPool.set(claim.of, claim);
  }
  return byPool;
}

/** The number counts the transitions, and nothing lasts: a task says how long. */
function factsOf({
  holder,
  operator,
  acquireTime,
  settled,
  interventions,
  learned,
}: PoolLeaseRecord): Claim['facts'] {
  return {
    ...{ holder, operator, acquired: acquireTime },
    ...(settled && { settled: 'true' }),
    ...(interventions !== undefined &&
      interventions.generation > 0 && { [GENERATION]: `${interventions.generation}` }),
    ...defined({ hands: interventions?.text, learned }),
  };
}

function leaseOf({ of: pool, number, facts }: Claim): SeenPoolLease {
  const { holder = '', operator = '', acquired: acquireTime = '', settled, hands: text, learned } = facts;
  const interventions = carriedFrom(text, facts[GENERATION]);
  const lasting = { durationSeconds: 0, acquireTime, transitions: number };
  const record = {
    holder,
    operator,
    ...lasting,
    settled: settled === 'true',
    ...defined({ interventions, learned }),
  };
  return { pool, record, version: String(number) };
}
