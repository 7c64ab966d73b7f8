// server: a pool as the page drew it at a moment of the record: tiles, counts, health and the steps of then.

import { resourceKey } from '../../api/policy.ts';
import type { AppView, DecisionRecord, PoolView } from '../../controller/status/view.ts';
import { happeningsIn } from '../../recorder/read/happenings.ts';
import { momentOf, type PastPool } from '../../recorder/read/moment.ts';
import { mayHold, type RecordReader } from '../../recorder/read/record-reader.ts';
import { asOfThen } from '../api/overdue-then.ts';
import { type Health, policyHealth } from './health/policy-health.ts';
import type { Selection } from './overview/selection.ts';
import { type PagePool, pagePool } from './view/page-pool.ts';
import { selectedPools } from './view/page-view.ts';
import { assignTiles, holdersInNumbers, tileCount } from './view/tiles.ts';

/** What the page shows in the place of what is now. */
export interface PastPage {
  /** The moment that was asked for. */
  readonly askedMs: number;
  /** Of the picture: at that moment or before it; absent: nothing is recorded of it. */
  readonly atMs?: number;
  /** `minutes`: a picture of the minute, in which nobody tells how long ago a round was at the moment itself. Absent with `atMs`. */
  readonly detail?: PastPool['detail'];
  readonly pools: readonly PagePool[];
  readonly notes: readonly string[];
}

export interface PastQuestion {
  readonly atMs: number;
  readonly selection: Selection;
  /** `namespace/name` of a policy of the pool: whose decisions are wanted in words. */
  readonly policy: string;
}

/** What was tried before the moment. */
const DECISIONS_MS = 6 * 3_600_000;
const MOST_DECISIONS = 200;

export async function pastPage(
  reader: RecordReader,
  { atMs, selection, policy }: PastQuestion,
  signal: AbortSignal,
): Promise<PastPage> {
  const moment = await momentOf(reader, { atMs, policy, pools: mayHold(policy) }, signal);
  const pools = moment.pools.map((pool) => ({ ...pool, view: asOfThen(pool, atMs) }));
  const views = pools.map(({ view }) => view).filter(hasPolicy(policy));
  const looked = selectedPools({ pools: views }, selection);
  const { decisions } = await happeningsIn(
    reader,
    { fromMs: atMs - DECISIONS_MS, toMs: atMs, event: () => false, most: MOST_DECISIONS },
    { note: () => undefined, signal, pools: mayHold(policy) },
  );
  const picture = pools.find(({ view }) => looked.includes(view));
  return {
    askedMs: atMs,
    ...(picture && { atMs: picture.atMs, detail: picture.detail }),
    pools: looked.map((pool) => pastPool(pool, decisions, selection)),
    notes: moment.notes,
  };
}

function hasPolicy(key: string): (pool: PoolView) => boolean {
  return ({ policies }) => policies.some((policy) => resourceKey(policy) === key);
}

/** @param decisions oldest first */
function pastPool(pool: PoolView, decisions: readonly DecisionRecord[], selection: Selection): PagePool {
  const apps = pool.policies.flatMap((policy) => policy.apps).filter(({ role }) => role !== 'fixed');
  const holders = apps.flatMap((app: AppView) => holdersInNumbers(app));
  const newest = new Map(decisions.map((decision) => [decision.app, decision]));
  const healths = new Map<string, Health>(
    pool.policies.map((policy) => [resourceKey(policy), policyHealth(policy, { pool, decisions: newest })]),
  );
  return pagePool(pool, {
    healths,
    tiles: assignTiles([], holders, tileCount(pool.capacity, holders.length)),
    ratePerS: () => undefined,
    ...(selection.policy !== undefined && { policy: selection.policy }),
  });
}
