// core: when a grant may be asked for: only once the slot's last holder is gone (docs/design/round.md#handover).

import { byPriority, type Ranked } from './capacity.ts';
import type { FreeCapacity, Vector } from './free-capacity.ts';
import { divide, type Share } from './max-min-share.ts';

export interface Transfer extends Ranked {
  readonly cost: Vector;
  /** What the scheduler is asked for now. */
  readonly from: number;
  readonly granted: number;
}

/**
 * Falls go out at once; rises get the room that is really free, the highest priority first. Never over the
 * budget: until its task is gone a victim's place is taken, and nobody is asked to start there.
 *
 *     slots 10   consumer 3 → 5   remainder 7 → 5
 *     now        consumer 3       remainder 5, two still stopping: no room
 *     gone       consumer 5       remainder 5
 *
 * @param room what is left after everything that is occupied now; taken from
 * @returns what to ask for, one count per transfer, in order
 */
export function handOver(room: FreeCapacity, transfers: readonly Transfer[]): number[] {
  const rising = transfers.filter(({ from, granted }) => granted > from);
  if (rising.length === 0) return transfers.map(({ granted }) => granted);
  const more = new Map<Transfer, number>();
  for (const tier of byPriority(rising, itself)) {
    const given = divide(room, tier.map(shareOf));
    tier.forEach((transfer, k) => {
      more.set(transfer, given[k] ?? 0);
    });
  }
  return transfers.map((transfer) => Math.min(transfer.from, transfer.granted) + (more.get(transfer) ?? 0));
}

function itself(transfer: Transfer): Transfer {
  return transfer;
}

function shareOf({ name, cost, granted, from }: Transfer): Share {
  return { name, cost, weight: 1, base: 0, limit: granted - from, holds: 0 };
}
