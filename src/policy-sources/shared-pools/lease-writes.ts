// policy-sources: what is written into the Leases of pools that this instance has: that they are settled, their interventions,
// and that they are given back.

import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { eachOf } from '../each.ts';
import type { PoolInterventions, PoolLearning } from '../pools-to-run.ts';
import type { HeldPool, HeldPools } from './held-pools.ts';
import { isSameCarried, withCarried } from './lease-record.ts';
import type { LeaseTrouble } from './lease-trouble.ts';
import type { PoolLeaseRecord, PoolLeaseStore, SeenPoolLease } from './pool-lease-store.ts';

export interface LeaseWritesDeps {
  readonly store: Pick<PoolLeaseStore, 'replace'>;
  readonly held: HeldPools;
  readonly trouble: LeaseTrouble;
  /** Must not go back. */
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Logger;
  readonly interventions?: PoolInterventions;
  readonly learning?: PoolLearning;
  /** In its time, or it has failed. */
  readonly within: <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly isGone: (pool: string) => boolean;
  readonly onWritten: (lease: SeenPoolLease) => void;
  readonly onChange: (pool: string) => void;
}

/** Each one is a replacement of the version that was written last, so that none needs a list before it. */
export class LeaseWrites {
  readonly #deps: LeaseWritesDeps;

  constructor(deps: LeaseWritesDeps) {
    this.#deps = deps;
  }

  /** Those that are leaving, as soon as nothing is under way there. */
  async giveBack(signal: AbortSignal): Promise<void> {
    const { held: all, learning, interventions, log, isGone, onWritten } = this.#deps;
    const leaving = all.entries().filter(([, held]) => held.leaving && held.writes === 0);
    await eachOf(leaving, async ([pool, held]) => {
      // Whatever comes of the call: nothing is written any more.
      all.drop(pool, 'it is handed over');
      // Of what is gone nothing is kept.
      if (isGone(pool)) return;
      const learned = learning?.of(pool);
      const free = {
        ...withCarried({ ...held.record, holder: '' }, pool, interventions),
        ...defined({ learned }),
      };
      try {
        onWritten(await this.#replace(pool, free, held.version, signal));
        interventions?.written(pool, free.interventions);
        log.info('a pool is handed over: its lease is given back', { pool });
      } catch (error) {
        log.warn('the lease of a pool could not be given back yet', { pool, reason: messageOf(error) });
      }
    });
  }

  /** Written down, so that the next one who takes the pool need not wait again. */
  async settle(signal: AbortSignal): Promise<void> {
    const { held: all, interventions, onChange, trouble } = this.#deps;
    await eachOf(all.due(), async ([pool, held]) => {
      try {
        await this.#rewrite(
          pool,
          held,
          withCarried({ ...held.record, settled: true }, pool, interventions),
          signal,
        );
        onChange(pool);
      } catch (error) {
        signal.throwIfAborted();
        trouble.noteUntaken(pool, messageOf(error));
      }
    });
  }

  /** Whether the interventions of a pool are others than its Lease says. */
  isBehind(pool: string, { record, leaving }: HeldPool): boolean {
    const { interventions } = this.#deps;
    return (
      interventions !== undefined &&
      !leaving &&
      record.settled &&
      !isSameCarried(interventions.of(pool), record.interventions)
    );
  }

  /** Written when it changes, so that it is there also when this operator ends without a word. */
  async writeInterventions(signal: AbortSignal): Promise<void> {
    const { held: all, interventions, log } = this.#deps;
    const behind = all.entries().filter(([pool, held]) => this.isBehind(pool, held));
    await eachOf(behind, async ([pool, held]) => {
      try {
        await this.#rewrite(pool, held, withCarried(held.record, pool, interventions), signal);
      } catch (error) {
        signal.throwIfAborted();
        const fields = { pool, reason: messageOf(error) };
        log.debug('the interventions of a pool are not in its lease yet', fields);
      }
    });
  }

  async #rewrite(pool: string, held: HeldPool, record: PoolLeaseRecord, signal: AbortSignal): Promise<void> {
    const { held: all, clock, interventions, onWritten } = this.#deps;
    const askedAtMs = clock.monotonic();
    const lease = await this.#replace(pool, record, held.version, signal);
    held.record = record;
    held.version = lease.version;
    onWritten(lease);
    interventions?.written(pool, record.interventions);
    all.confirm(pool, held, askedAtMs);
  }

  async #replace(
    pool: string,
    record: PoolLeaseRecord,
    version: string,
    signal: AbortSignal,
  ): Promise<SeenPoolLease> {
    const { store, within } = this.#deps;
    return await within(signal, (inner) => store.replace(pool, record, version, inner));
  }
}
