// core: the decision of one round: wishes → grants → hand-over → memory. Pure and synchronous.

import { noteChange } from './behavior.ts';
import { type Claim, grant } from './capacity.ts';
import type { AppDecision, AppInput, Decision, DecisionInput } from './decision.ts';
import { type Blockers, blockersIn, limitOf, type Outcome, stepsOf, summaryOf } from './explain.ts';
import { handOver } from './handover.ts';
import { noteManners } from './manners.ts';
import { type AppState, memoryOf, stateOf } from './memory.ts';
import { count } from './numbers.ts';
import { isHeld, roomInCluster, roomNow, roomToGrant, usage } from './pool.ts';
import { costOf, occupied, type Vector } from './room.ts';
import { type Wish, wish } from './wish.ts';

/**
 * Decides the counts of one pool.
 *
 *     readings, observations ─ wish ─▶ wanted ─ grant ─▶ granted ─ handOver ─▶ to
 *
 * Every number carries the steps that made it. Same input, same answer; the order of apps is irrelevant.
 */
export function decide(input: DecisionInput): Decision {
  const parties: readonly Party[] = input.apps.flatMap((app) => {
    if (app.role === 'fixed') return [];
    const cost = costOf(input.budget, app.footprint);
    return [{ wish: wish(app, stateOf(input.memory, app.id), input.nowMs), cost }];
  });
  const outcomes = settle(input, parties);
  const blockers = blockersIn(outcomes);
  const answers = new Map(outcomes.map((outcome) => [outcome.wish.app.id, answer(outcome, blockers)]));
  return {
    apps: input.apps.map((app) => answers.get(app.id) ?? leftToPeople(app)),
    capacity: usage(input, new Map(outcomes.map(({ wish, to }) => [wish.app.id, to]))),
    memory: memoryOf(outcomes.map((outcome) => [outcome.wish.app.id, remember(outcome, input.nowMs)])),
  };
}

/** An app that takes part in the sharing. */
interface Party {
  readonly wish: Wish;
  readonly cost: Vector;
}

/** From wishes to counts: who is granted what, and how much of it can be asked for now. */
function settle(input: DecisionInput, parties: readonly Party[]): readonly Outcome[] {
  const sharing = parties.filter(({ wish }) => !isHeld(wish.app));
  const lends = !parties.some(({ wish }) => wish.unknown);
  const reserved = parties.flatMap(({ wish, cost }) => {
    const instances = wish.memory.trouble.short?.instances ?? 0;
    return instances > 0 ? [{ cost, instances }] : [];
  });
  const claims = sharing.map((party) => claimOf(input, party, lends));
  const grants = grant(roomToGrant(input), claims, reserved);
  const granted = new Map(sharing.map(({ wish }, i) => [wish.app.id, grants[i] ?? 0]));
  const grantedTo = ({ app, wanted }: Wish): number => granted.get(app.id) ?? wanted;
  // A cluster's queue arbitrates by itself: both calls go out at once (design.md §4).
  const to =
    input.budget.kind === 'cluster'
      ? parties.map(({ wish }) => grantedTo(wish))
      : handOver(
          roomNow(input),
          parties.map(({ wish, cost }) => transferOf(wish, cost, grantedTo(wish))),
        );
  return parties.map(({ wish }, i) => {
    const granted = grantedTo(wish);
    const shown = wish.app.role === 'remainder' && !isHeld(wish.app) ? granted : wish.wanted;
    return { wish: { ...wish, wanted: shown }, granted, to: to[i] ?? wish.requested };
  });
}

function claimOf(input: DecisionInput, { wish, cost }: Party, lends: boolean): Claim {
  const { app, min, requested } = wish;
  return {
    id: app.id,
    name: app.name,
    role: app.role === 'remainder' ? 'remainder' : 'scaled',
    priority: app.priority,
    weight: app.weight,
    cost,
    min,
    keeps: Math.max(min, wish.keeps),
    wanted: app.role === 'remainder' ? appetiteOfRemainder(input, { wish, cost }, lends) : wish.wanted,
    holds: requested,
  };
}

/**
 * A remainder takes what it can get, but no more than it has while somebody's need is unknown (that would be
 * lending), while instances cost nothing (there is no rest to take), or beyond what the cluster has room for.
 */
function appetiteOfRemainder({ budget }: DecisionInput, { wish, cost }: Party, lends: boolean): number {
  const { app, min, requested, wanted } = wish;
  const free = cost.every((each) => each <= 0);
  const most = budget.kind === 'cluster' ? occupied(app.observed) + roomInCluster(budget, app.id) : wanted;
  return Math.min(wanted, lends && !free ? most : Math.max(min, requested));
}

/** A held count goes before everything: it is somebody's order. */
function transferOf(
  { app, requested }: Wish,
  cost: Vector,
  granted: number,
): Parameters<typeof handOver>[1][number] {
  const priority = isHeld(app) ? Number.NEGATIVE_INFINITY : app.priority;
  return { id: app.id, name: app.name, priority, cost, from: requested, granted };
}

function answer(outcome: Outcome, blockers: Blockers): AppDecision {
  const { wish, granted, to } = outcome;
  const { app } = wish;
  const limitedBy = limitOf(outcome);
  return {
    id: app.id,
    name: app.name,
    role: app.role,
    from: wish.requested,
    wanted: wish.wanted,
    granted,
    to,
    ...(limitedBy !== undefined && { limitedBy }),
    steps: stepsOf(outcome, blockers),
    summary: summaryOf(outcome, blockers),
    figures: wish.figures,
  };
}

function leftToPeople(app: AppInput): AppDecision {
  const from = count(app.observed?.requested ?? 0);
  const instances = app.observed === undefined ? count(app.min) : from;
  const { id, name, role } = app;
  const summary = `${instances}, left to people`;
  return {
    id,
    name,
    role,
    from,
    wanted: instances,
    granted: instances,
    to: instances,
    steps: [],
    summary,
    figures: {},
  };
}

function remember({ wish, granted, to }: Outcome, nowMs: number): AppState {
  const { app, memory, requested: from, wanted } = wish;
  const { raisedAtMs, yielded } = wish.manners;
  return {
    ...memory,
    behavior: noteChange(memory.behavior, { from, to, nowMs }, app.behavior),
    ...noteManners({ raisedAtMs, yielded }, { from, to, wanted, nowMs }, app.behavior),
    granted,
    to,
  };
}
