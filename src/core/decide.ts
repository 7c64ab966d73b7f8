// core: the decision of one round: demands → grants → hand-over → memory. Pure and synchronous.

import { costOf } from './allocation/free-capacity.ts';
import { usage } from './allocation/pool.ts';
import { notePreemption } from './allocation/preemption.ts';
import { type Allocation, allocate } from './allocation.ts';
import type { AppDecision, AppInput, Decision, DecisionInput } from './decision.ts';
import { noteChange } from './demand/behavior.ts';
import { type MissAccount, type ObjectiveState, objectiveState } from './demand/objective.ts';
import { type AppDemand, appDemand } from './demand.ts';
import { blockersIn, explain, lendersIn, shortagesIn } from './explain.ts';
import { type AppState, memoryOf, statesIn } from './memory.ts';
import { count, instant } from './numbers.ts';

/**
 * Decides the counts of one pool.
 *
 *     readings, observations ─ appDemand ─▶ wanted ─ allocate ─▶ granted, to
 *
 * Every number carries the steps that made it. Same input, same answer; the order of apps is irrelevant.
 */
export function decide(input: DecisionInput): Decision {
  const nowMs = instant(input.nowMs);
  const stateOf = statesIn(input.memory);
  const demands: AppDemand[] = [];
  const rested: AppState[] = [];
  for (const app of input.apps) {
    const state = stateOf(app.id);
    if (app.role !== 'fixed') demands.push(appDemand(app, state, costOf(input.budget, app.footprint), nowMs));
    else if (state?.accounts !== undefined) rested.push(resting(app.id, state.accounts));
  }
  const allocations = allocate(input, demands);
  const words = wordsOf(allocations);
  let next = 0;
  const states: AppState[] = [];
  // What an app is told and what is remembered of it in one go: by a second one its demand would be far away again.
  const apps = input.apps.map((app) => {
    const allocation = app.role === 'fixed' ? undefined : allocations[next++];
    if (allocation === undefined) return leftToPeople(app);
    states.push(remember(allocation, nowMs));
    return answer(allocation, words);
  });
  return {
    apps,
    capacity: usage(input, apps),
    memory: memoryOf(rested.length === 0 ? states : [...states, ...rested]),
  };
}

type Words = Parameters<typeof explain>[1];

function wordsOf(allocations: readonly Allocation[]): Words {
  return {
    blockers: blockersIn(allocations),
    shortages: shortagesIn(allocations),
    lenders: lendersIn(allocations),
  };
}

function answer(allocation: Allocation, words: Words): AppDecision {
  const { demand, wanted, granted, to } = allocation;
  const { id, name, role } = demand.app;
  const { requested: from, draft } = demand;
  const { figures, alternativesOf, accounts, paces } = draft;
  const { steps, summary, limitedBy } = explain(allocation, words);
  const decided: AppDecision =
    limitedBy === undefined
      ? { id, name, role, from, wanted, granted, to, figures, steps, summary }
      : { id, name, role, from, wanted, granted, to, figures, steps, summary, limitedBy };
  let told = alternativesOf === undefined ? decided : { ...decided, alternativesOf };
  if (paces !== undefined) told = { ...told, paces };
  return accounts === undefined ? told : { ...told, objectives: objectivesOf(demand) };
}

function objectivesOf({ app, draft, start }: AppDemand): readonly (ObjectiveState | null)[] {
  return app.targets.map(({ objective }, i) =>
    objective === undefined ? null : objectiveState(objective, draft.accounts?.[i], start.nowMs),
  );
}

/** Nothing is decided for it now, and nothing is known; what was missed before stays in its account. */
function resting(id: string, accounts: readonly (MissAccount | null)[]): AppState {
  return {
    id,
    laws: [],
    launches: null,
    behavior: {},
    trouble: {},
    preemption: { raisedAtMs: 0, yielded: [] },
    accounts: accounts.map((account) => account && { spans: account.spans }),
    granted: 0,
    to: 0,
    resumed: true,
  };
}

function leftToPeople(app: AppInput): AppDecision {
  const { id, name, role } = app;
  const from = count(app.observed?.requested ?? 0);
  const to = app.observed === undefined ? count(app.min) : from;
  const summary = `${to}, left to people`;
  return { id, name, role, from, wanted: to, granted: to, to, figures: {}, steps: [], summary };
}

function remember({ demand, wanted, granted, to }: Allocation, nowMs: number): AppState {
  const { app, draft, start, requested: from } = demand;
  const { futility } = draft;
  const { preemption, timing } = start;
  // All fields at once, those that are absent too: what is added later lies apart from the others.
  return {
    id: app.id,
    laws: draft.laws,
    launches: draft.launches,
    warmUp: draft.warmUp,
    trouble: start.trouble,
    behavior: noteChange(draft.behavior, { from, to, nowMs }, timing.periodMs),
    preemption: notePreemption(preemption, { from, to, wanted, nowMs }, timing.yieldPeriodMs),
    accounts: draft.accounts,
    futility: futility?.length === 0 ? undefined : futility,
    granted,
    to,
  };
}
