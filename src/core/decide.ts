// core: the decision of one round: wishes → grants → hand-over → memory. Pure and synchronous.

import { noteChange } from './behavior.ts';
import type { AppDecision, AppInput, Decision, DecisionInput } from './decision.ts';
import { blockersIn, explain, lendersIn, shortagesIn } from './explain.ts';
import { noteManners } from './manners.ts';
import { type AppState, memoryOf, statesIn } from './memory.ts';
import { count, instant } from './numbers.ts';
import { usage } from './pool.ts';
import { costOf } from './room.ts';
import { type Outcome, type Party, settle } from './settle.ts';
import { wish } from './wish.ts';

/**
 * Decides the counts of one pool.
 *
 *     readings, observations ─ wish ─▶ wanted ─ grant ─▶ granted ─ handOver ─▶ to
 *
 * Every number carries the steps that made it. Same input, same answer; the order of apps is irrelevant.
 */
export function decide(input: DecisionInput): Decision {
  const nowMs = instant(input.nowMs);
  const stateOf = statesIn(input.memory);
  const parties: Party[] = [];
  for (const app of input.apps) {
    if (app.role === 'fixed') continue;
    const cost = costOf(input.budget, app.footprint);
    parties.push({ wish: wish(app, stateOf(app.id), nowMs), cost });
  }
  const outcomes = settle(input, parties);
  const states: Record<string, AppState> = {};
  for (const outcome of outcomes) states[outcome.wish.app.id] = remember(outcome, nowMs);
  const apps = answers(input.apps, outcomes);
  return { apps, capacity: usage(input, apps), memory: memoryOf(states) };
}

/** @param outcomes of the apps that are not fixed, in the same order */
function answers(apps: readonly AppInput[], outcomes: readonly Outcome[]): readonly AppDecision[] {
  const words = {
    blockers: blockersIn(outcomes),
    shortages: shortagesIn(outcomes),
    lenders: lendersIn(outcomes),
  };
  let next = 0;
  return apps.map((app) => {
    const outcome = app.role === 'fixed' ? undefined : outcomes[next++];
    return outcome === undefined ? leftToPeople(app) : answer(outcome, words);
  });
}

function answer(outcome: Outcome, words: Parameters<typeof explain>[1]): AppDecision {
  const { wish, wanted, granted, to } = outcome;
  const { id, name, role } = wish.app;
  const { figures, requested: from } = wish;
  const { steps, summary, limitedBy } = explain(outcome, words);
  return limitedBy === undefined
    ? { id, name, role, from, wanted, granted, to, figures, steps, summary }
    : { id, name, role, from, wanted, granted, to, figures, steps, summary, limitedBy };
}

function leftToPeople(app: AppInput): AppDecision {
  const { id, name, role } = app;
  const from = count(app.observed?.requested ?? 0);
  const to = app.observed === undefined ? count(app.min) : from;
  const summary = `${to}, left to people`;
  return { id, name, role, from, wanted: to, granted: to, to, figures: {}, steps: [], summary };
}

function remember({ wish, wanted, granted, to }: Outcome, nowMs: number): AppState {
  const { memory, manners, timing, requested: from } = wish;
  return {
    laws: memory.laws,
    launches: memory.launches,
    trouble: memory.trouble,
    behavior: noteChange(memory.behavior, { from, to, nowMs }, timing.periodMs),
    manners: noteManners(manners, { from, to, wanted, nowMs }, timing.yieldPeriodMs),
    granted,
    to,
  };
}
