// core: from wishes to counts: who is granted what, and how much of it can be asked for now.

import { type Claim, grant, type Reservation } from './capacity.ts';
import type { DecisionInput } from './decision.ts';
import { handOver, type Transfer } from './handover.ts';
import { isBlocked, isHeld, isOverridden, isRest, roomInCluster, roomNow, roomToGrant } from './pool.ts';
import { launched, type Vector } from './room.ts';
import type { Wish } from './wish.ts';

/** An app that takes part in the sharing. */
export interface Party {
  readonly wish: Wish;
  readonly cost: Vector;
}

/** What became of a wish. */
export interface Outcome {
  readonly wish: Wish;
  /** As the app's own wish; for a remainder, which would take anything, what it was granted. */
  readonly wanted: number;
  readonly granted: number;
  readonly to: number;
  /** What it would be granted if the cluster had the room that others, or it itself, wait for. */
  readonly withRoom: number;
}

export function settle(input: DecisionInput, parties: readonly Party[]): readonly Outcome[] {
  const reserved = reservations(parties);
  const granted = grants(input, parties, reserved);
  const withRoom = reserved.length === 0 ? granted : grants(input, parties, []);
  const to = transfers(input, parties, granted);
  return parties.map(({ wish }, i) => {
    const mine = granted[i] ?? 0;
    const wanted = isRest(wish.app) ? mine : wish.wanted;
    return { wish, wanted, granted: mine, to: to[i] ?? wish.requested, withRoom: withRoom[i] ?? mine };
  });
}

/** A held count is granted whatever there is: its use is not in the room that the others share. */
function grants(
  input: DecisionInput,
  parties: readonly Party[],
  reserved: readonly Reservation[],
): readonly number[] {
  const lends = !parties.some(({ wish }) => wish.unknown);
  const sharing = parties.filter(({ wish }) => !isHeld(wish.app));
  const claims = sharing.map((party) => claimOf(input, party, lends));
  const counts = grant(roomToGrant(input), claims, reserved);
  let next = 0;
  return parties.map(({ wish }) => (isHeld(wish.app) ? wish.wanted : (counts[next++] ?? 0)));
}

function claimOf(input: DecisionInput, { wish, cost }: Party, lends: boolean): Claim {
  const { app, min, requested } = wish;
  const remainder = isRest(app);
  return {
    id: app.id,
    name: app.name,
    role: remainder ? 'remainder' : 'scaled',
    priority: isOverridden(app) ? Number.NEGATIVE_INFINITY : app.priority,
    weight: app.weight,
    cost,
    min,
    keeps: Math.max(min, wish.keeps),
    wanted: isBlocked(app) ? 0 : remainder ? appetiteOfRemainder(input, { wish, cost }, lends) : wish.wanted,
    holds: requested,
  };
}

/**
 * A remainder takes what it can get, but no more than it has while somebody's need is unknown (that would be
 * lending), while instances cost nothing (there is no rest to take), or beyond what the cluster has room for.
 */
function appetiteOfRemainder({ budget }: DecisionInput, { wish, cost }: Party, lends: boolean): number {
  const { app, min, requested, wanted } = wish;
  if (!lends || cost.every((each) => each <= 0)) return Math.min(wanted, Math.max(min, requested));
  if (budget.kind !== 'cluster') return wanted;
  return Math.min(wanted, Math.max(min, launched(app.observed) + roomInCluster(budget, app.id)));
}

/** Room that the budget has and the cluster turned out not to have. */
function reservations(parties: readonly Party[]): readonly Reservation[] {
  const reserved: Reservation[] = [];
  for (const { wish, cost } of parties) {
    const instances = wish.memory.trouble.short?.instances ?? 0;
    if (instances > 0) reserved.push({ cost, instances });
  }
  return reserved;
}

/** A cluster's queue arbitrates by itself: there both calls go out at once (docs/design/round.md#handover). */
function transfers(
  input: DecisionInput,
  parties: readonly Party[],
  granted: readonly number[],
): readonly number[] {
  if (input.budget.kind === 'cluster') return granted;
  return handOver(
    roomNow(input),
    parties.map(({ wish, cost }, i): Transfer => {
      const { app, requested } = wish;
      // What a hand says goes before everything: it is somebody's order.
      const priority = isHeld(app) || isOverridden(app) ? Number.NEGATIVE_INFINITY : app.priority;
      return { id: app.id, name: app.name, priority, cost, from: requested, granted: granted[i] ?? 0 };
    }),
  );
}
