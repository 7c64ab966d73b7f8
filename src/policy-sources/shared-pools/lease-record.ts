// policy-sources: what is written into the Lease of a pool, and whose it says the pool is.

import { defined } from '../../lang/defined.ts';
import type { CarriedInterventions, PoolInterventions, PoolOwner } from '../pools-to-run.ts';
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
    ...defined({ interventions: before?.interventions }),
  };
}

/** With the interventions of now; where nothing goes along, as it was. */
export function withCarried(
  { interventions: before, ...record }: PoolLeaseRecord,
  pool: string,
  interventions: PoolInterventions | undefined,
): PoolLeaseRecord {
  return {
    ...record,
    ...defined({ interventions: interventions === undefined ? before : interventions.of(pool) }),
  };
}

/** As they are written, wherever that is: by whoever does not count, and by people, without a generation. */
export function carriedFrom(
  text: string | undefined,
  generation: string | undefined,
): CarriedInterventions | undefined {
  const counted = Number(generation ?? 0);
  const known = Number.isSafeInteger(counted) && counted > 0 ? counted : 0;
  return text === undefined && known === 0 ? undefined : { ...defined({ text }), generation: known };
}

export function isSameCarried(
  a: CarriedInterventions | undefined,
  b: CarriedInterventions | undefined,
): boolean {
  return a?.text === b?.text && (a?.generation ?? 0) === (b?.generation ?? 0);
}

/** @param record absent: there is none, or it was not read yet */
export function ownerBy(record: PoolLeaseRecord | undefined): PoolOwner | undefined {
  if (record === undefined || record.holder === '') return undefined;
  return { operator: record.operator, holder: record.holder };
}
