// core: from demands to counts: who is granted what, and how much of it can be asked for now.

import { type CapacityRequest, grant, type Reservation } from './allocation/capacity.ts';
import { launched } from './allocation/free-capacity.ts';
import { handOver, type Transfer } from './allocation/handover.ts';
import {
  isBlocked,
  isHeld,
  isOverridden,
  isRest,
  roomInCluster,
  roomNow,
  roomToGrant,
} from './allocation/pool.ts';
import type { DecisionInput } from './decision.ts';
import type { AppDemand } from './demand.ts';

/** What became of a demand. */
export interface Allocation {
  readonly demand: AppDemand;
  /** As the app's own demand; for a remainder, which would take anything, what it was granted. */
  readonly wanted: number;
  readonly granted: number;
  readonly to: number;
  /** What it would be granted if the cluster had the room that others, or it itself, wait for. */
  readonly withRoom: number;
}

/** @returns one allocation per demand, in order */
export function allocate(input: DecisionInput, demands: readonly AppDemand[]): readonly Allocation[] {
  const reserved = reservations(demands);
  const granted = grants(input, demands, reserved);
  const withRoom = reserved.length === 0 ? granted : grants(input, demands, []);
  const to = transfers(input, demands, granted);
  return demands.map((demand, i) => {
    const mine = granted[i] ?? 0;
    const wanted = isRest(demand.app) ? mine : demand.wanted;
    return { demand, wanted, granted: mine, to: to[i] ?? demand.requested, withRoom: withRoom[i] ?? mine };
  });
}

/** A held count is granted whatever there is: its use is not in the room that the others share. */
function grants(
  input: DecisionInput,
  demands: readonly AppDemand[],
  reserved: readonly Reservation[],
): readonly number[] {
  const lends = !demands.some(({ unknown }) => unknown);
  const sharing = demands.filter(({ app }) => !isHeld(app));
  const requests = sharing.map((demand) => requestOf(input, demand, lends));
  const counts = grant(roomToGrant(input), requests, reserved);
  let next = 0;
  return demands.map(({ app, wanted }) => (isHeld(app) ? wanted : (counts[next++] ?? 0)));
}

function requestOf(input: DecisionInput, demand: AppDemand, lends: boolean): CapacityRequest {
  const { app, cost, min, requested } = demand;
  const remainder = isRest(app);
  return {
    id: app.id,
    name: app.name,
    role: remainder ? 'remainder' : 'scaled',
    priority: isOverridden(app) ? Number.NEGATIVE_INFINITY : app.priority,
    weight: app.weight,
    cost,
    min,
    keeps: Math.max(min, demand.keeps),
    wanted: isBlocked(app) ? 0 : remainder ? demandOfRemainder(input, demand, lends) : demand.wanted,
    holds: requested,
  };
}

/**
 * A remainder takes what it can get, but no more than it has while somebody's need is unknown (that would be
 * lending), while instances cost nothing (there is no rest to take), or beyond what the cluster has room for.
 */
function demandOfRemainder({ budget }: DecisionInput, demand: AppDemand, lends: boolean): number {
  const { app, cost, min, requested, wanted } = demand;
  if (!lends || cost.every((each) => each <= 0)) return Math.min(wanted, Math.max(min, requested));
  if (budget.kind !== 'cluster') return wanted;
  return Math.min(wanted, Math.max(min, launched(app.observed) + roomInCluster(budget, app.id)));
}

/** Room that the budget has and the cluster turned out not to have. */
function reservations(demands: readonly AppDemand[]): readonly Reservation[] {
  const reserved: Reservation[] = [];
  for (const { trouble, cost } of demands) {
    const instances = trouble.short?.instances ?? 0;
    if (instances > 0) reserved.push({ cost, instances });
  }
  return reserved;
}

/** A cluster's queue arbitrates by itself: there both calls go out at once (docs/design/round.md#handover). */
function transfers(
  input: DecisionInput,
  demands: readonly AppDemand[],
  granted: readonly number[],
): readonly number[] {
  if (input.budget.kind === 'cluster') return granted;
  const rising: Transfer[] = [];
  demands.forEach(({ app, cost, requested }, i) => {
    const to = granted[i] ?? 0;
    if (to <= requested) return;
    // A held count and an override go before everything: a person ordered them.
    const priority = isHeld(app) || isOverridden(app) ? Number.NEGATIVE_INFINITY : app.priority;
    rising.push({ id: app.id, name: app.name, priority, cost, from: requested, granted: to });
  });
  if (rising.length === 0) return granted;
  const now = handOver(roomNow(input), rising);
  let next = 0;
  return demands.map(({ requested }, i) => {
    const to = granted[i] ?? 0;
    return to <= requested ? to : (now[next++] ?? requested);
  });
}
