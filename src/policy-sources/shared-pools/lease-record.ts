// policy-sources: what is written into the Lease of a pool, and whose it says the pool is.

import { defined } from '../../lang/defined.ts';
import type { PoolHands, PoolOwner } from '../pools-to-run.ts';
import type { PoolLeaseRecord } from './pool-lease-store.ts';

/** Who takes it. */
export interface Taker {
  readonly identity: string;
  readonly operator: string;
  readonly durationSeconds: number;
}

/** @param before what it says now; absent: there is none */
export function takenBy(
  { identity, operator, durationSeconds }: Taker,
  before: PoolLeaseRecord | undefined,
  wallMs: number,
): PoolLeaseRecord {
  const isOurs = before?.operator === operator && before.holder !== '';
  return {
    holder: identity,
    operator,
    durationSeconds,
    acquireTime: new Date(wallMs).toISOString().replace('Z', '000Z'),
    transitions: before === undefined ? 0 : before.transitions + (isOurs ? 0 : 1),
    settled: before?.settled ?? false,
    ...defined({ hands: before?.hands }),
  };
}

/** With what people hold now; where nothing goes along, as it was. */
export function withHands(
  { hands: before, ...record }: PoolLeaseRecord,
  pool: string,
  hands: PoolHands | undefined,
): PoolLeaseRecord {
  return { ...record, ...defined({ hands: hands === undefined ? before : hands.of(pool) }) };
}

/** @param record absent: there is none, or it was not read yet */
export function ownerBy(record: PoolLeaseRecord | undefined): PoolOwner | undefined {
  if (record === undefined || record.holder === '') return undefined;
  return { operator: record.operator, holder: record.holder };
}
