// core: the pool's account: what is fixed, what is occupied, what can be given.

import { rounded } from '../../api/words/figures.ts';
import type { AppInput, Budget, Decision, DecisionInput } from '../decision.ts';
import { count } from '../numbers.ts';
import { costOf, FreeCapacity, launched, occupied, RESOURCES } from './free-capacity.ts';

/** What can be granted: the budget without what is fixed and what is held. */
export function roomToGrant(input: DecisionInput): FreeCapacity {
  return roomBeside(input, (app) => (isHeld(app) ? Math.max(occupied(app.observed), heldAt(app)) : 0));
}

/** What is not occupied at this moment. */
export function roomNow(input: DecisionInput): FreeCapacity {
  return roomBeside(input, (app) => occupied(app.observed));
}

function roomBeside(input: DecisionInput, use: (app: AppInput) => number): FreeCapacity {
  const { budget } = input;
  const room = new FreeCapacity(budgetOf(input));
  for (const app of input.apps)
    room.take(costOf(budget, app.footprint), app.role === 'fixed' ? fixedUse(app, budget) : use(app));
  return room;
}

export function isHeld(app: AppInput): boolean {
  return app.held !== undefined && app.observed !== undefined;
}

export function isOverridden(app: AppInput): boolean {
  return app.override !== undefined && app.observed !== undefined && !isHeld(app);
}

/** It holds nothing: others may have what it would be created with. */
export function isBlocked(app: AppInput): boolean {
  return app.blocked !== undefined && app.observed === undefined;
}

/** Takes what is left, unless its count is held or overridden. */
export function isRest(app: AppInput): boolean {
  return app.role === 'remainder' && !isHeld(app) && !isOverridden(app);
}

function heldAt(app: AppInput): number {
  return count(app.held?.instances ?? 0);
}

/** A fixed app that is to be created takes its count already. What the cluster has free is free of it. */
function fixedUse(app: AppInput, budget: Budget): number {
  if (!app.countsAgainstBudget || budget.kind === 'cluster') return 0;
  return app.observed === undefined ? count(app.min) : occupied(app.observed);
}

/**
 * Room in the cluster is known per app: as a budget it is what the pool's tasks use plus the most that is free. What
 * is only asked for uses nothing yet: counting it would make room out of waiting instances, and those out of room.
 */
function budgetOf({ budget, apps }: DecisionInput): readonly number[] {
  if (budget.kind === 'slots') return [budget.slots];
  if (budget.kind === 'resources') return RESOURCES.map((name) => budget.total[name]);
  const used = RESOURCES.map(() => 0);
  const free = RESOURCES.map(() => 0);
  for (const app of apps) {
    const cost = costOf(budget, app.footprint);
    const there = app.role === 'fixed' ? 0 : launched(app.observed);
    for (let d = 0; d < cost.length; d++) {
      used[d] = (used[d] ?? 0) + (cost[d] ?? 0) * there;
      free[d] = Math.max(free[d] ?? 0, (cost[d] ?? 0) * roomInCluster(budget, app.id));
    }
  }
  return used.map((each, d) => each + (free[d] ?? 0));
}

/** How many more of an app than are launched the cluster has room for; no figure is no room. */
export function roomInCluster(budget: Budget, id: string): number {
  if (budget.kind !== 'cluster' || !Object.hasOwn(budget.roomByApp, id)) return 0;
  return count(budget.roomByApp[id] ?? 0);
}

/**
 * The budget and its use for people: slots, the scarcest resource, or for a cluster the pool's instances.
 *
 * @param decided one per app, in the order of `input.apps`
 */
export function usage(input: DecisionInput, decided: Decision['apps']): Decision['capacity'] {
  const { budget, apps } = input;
  const useOf = (app: AppInput, i: number): number =>
    app.role === 'fixed' ? fixedUse(app, budget) : Math.max(occupied(app.observed), decided[i]?.to ?? 0);
  if (budget.kind === 'cluster') return clusterUsage(input);
  if (budget.kind === 'resources') return scarcest(input, useOf);
  const used = apps.reduce((sum, app, i) => sum + useOf(app, i), 0);
  return { total: count(budget.slots), used, unit: 'slots' };
}

function clusterUsage({ budget, apps }: DecisionInput): Decision['capacity'] {
  const used = apps.reduce((sum, app) => sum + (app.role === 'fixed' ? 0 : launched(app.observed)), 0);
  const free = Math.max(0, ...apps.map((app) => roomInCluster(budget, app.id)));
  return { total: used + free, used, unit: 'instances' };
}

function scarcest(input: DecisionInput, useOf: (app: AppInput, i: number) => number): Decision['capacity'] {
  const total = budgetOf(input);
  const used = RESOURCES.map(() => 0);
  input.apps.forEach((app, i) => {
    const cost = costOf(input.budget, app.footprint);
    for (let d = 0; d < cost.length; d++) used[d] = (used[d] ?? 0) + (cost[d] ?? 0) * useOf(app, i);
  });
  const share = (d: number): number => {
    const of = total[d] ?? 0;
    // Sums in another order differ in their last digits: of two that are used up alike the first one is named.
    return Number.isFinite(of) && of > 0 ? rounded((used[d] ?? 0) / of, 9) : -1;
  };
  const scarce = RESOURCES.reduce((best, _, d) => (share(d) > share(best) ? d : best), 0);
  // Sums of decimal fractions: 0.1 + 0.2 cpus are 0.3 for people.
  const figure = (value: number | undefined): number =>
    Number.isFinite(value) ? rounded(Number(value), 6) : 0;
  return { total: figure(total[scarce]), used: figure(used[scarce]), unit: RESOURCES[scarce] ?? 'cpus' };
}
